// The guided set-up as the tests go through it.
import { setTimeout as delay } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { LAMP_IDS, type LampView } from '../../shared/lamps.ts';
import type { Site } from './site.ts';

/** From the last field to the last green lamp, in ms (the promise of the issue). */
export const FIRST_GREEN_MS = 60_000;

export const step = (page: Page, id: string): Locator => page.locator(`[data-step=${id}]`);

export const openStep = (page: Page, id: string): Promise<void> =>
  step(page, id).getByRole('heading', { level: 3 }).getByRole('link').press('Enter');

export const stateOf = (page: Page, id: string, state: string): Promise<void> =>
  page.locator(`[data-step=${id}][data-state=${state}]`).waitFor();

export const lamp = (page: Page, of: string, id: string, state: string): Locator =>
  step(page, of).locator(`[data-lamp=${id}][data-state=${state}]`);

export async function isOpen(page: Page, id: string): Promise<void> {
  await step(page, id).locator('a[aria-current=step]').waitFor();
  expect(new URL(page.url()).hash).toBe(`#setup/${id}`);
}

export async function lampsAreGreen({ other }: Site): Promise<void> {
  const lamps = await other.get<LampView[]>('/api/status');
  expect(lamps.filter(({ state }) => state === 'ok').map(({ id }) => id)).toEqual([...LAMP_IDS]);
}

/** The set-up ends with these words; where it does not, a lamp says why. */
export async function endsWith(page: Page, words: string, { other }: Site): Promise<void> {
  await page
    .getByText(words)
    .waitFor()
    .catch(async (cause: unknown) => {
      const lamps = await other.get<LampView[]>('/api/status');
      const bad = lamps.filter(({ state }) => state !== 'ok');
      throw new Error(`At ${page.url()}; not green: ${JSON.stringify(bad)}`, { cause });
    });
}

/** Pictures to look at: `SCREENSHOTS=<directory> npx vitest run test/page`. */
export async function shoot(page: Page, name: string): Promise<void> {
  const directory = process.env['SCREENSHOTS'];
  if (!directory) return;
  await delay(400);
  await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
}
