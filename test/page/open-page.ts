// An admin's page on a stage where everything is set up: signed in, in the language and width that are asked.
import type { Browser, Page } from 'playwright-core';
import type { Stage } from '../scenario/stage.ts';
import { type Look, openWindow, type Window } from './browser.ts';

export interface Admin extends Window {
  /** Opens an address of the page, such as `#users`. */
  at(hash: string): Promise<void>;
}

/** Signs in as the operator and opens `hash`. */
export async function openPage(
  browser: Browser,
  { demo }: Pick<Stage, 'demo'>,
  hash: string,
  look: Look = {},
): Promise<Admin> {
  const window = await openWindow(browser, demo.edge.origin, look);
  const { page } = window;
  const at = async (where: string) => {
    await page.goto(`${demo.connectorUrl}/admin${where}`);
  };
  await at(hash);
  const german = look.language === 'de-DE';
  await page.getByLabel(german ? 'Admin-Token' : 'Admin token').fill(demo.adminToken);
  await page.getByRole('button', { name: german ? 'Anmelden' : 'Sign in', exact: true }).click();
  await page.getByRole('navigation').waitFor();
  return { ...window, at };
}

/** Nothing sticks out to the right, and nothing hides what it says of itself. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - innerWidth') as Promise<number>;
