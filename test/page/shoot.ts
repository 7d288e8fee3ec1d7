// Pictures to look at: `SCREENSHOTS=<directory> npx vitest run test/page`.
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';

export async function shoot(page: Page, name: string): Promise<void> {
  const directory = process.env['SCREENSHOTS'];
  if (!directory) return;
  await delay(400);
  await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
}
