// A real Chromium, and what must never happen in it: an error, a violation of the page's policy, a
// request to anybody but the edge.
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM'],
  // Chromium without windows: as the page sees it the same, and half as much work to start.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Where the browser is; `undefined`: this machine has none that we know of, and its tests are skipped. In CI nobody
 * looks at what was skipped: there it is an error.
 */
export function browserAmong(places: readonly (string | undefined)[], ci: string | undefined) {
  const found = places.find((path) => path && existsSync(path));
  if (found || !ci) return found;
  throw new Error('There is no Chromium: install it, or say in CHROMIUM where it is.');
}

export const CHROMIUM = browserAmong(PLACES, process.env['CI']);

/** Ready to talk to nobody: no updates, no sync, no first-run page; the profile is a fresh one. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param more arguments of Chromium's */
export const startBrowser = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM ?? '', headless: true, args: [...QUIET, ...more] });

export interface Look {
  language?: 'en-GB' | 'de-DE' | 'fr-FR';
  width?: number;
  height?: number;
  dark?: boolean;
  /** Origin of a page around ours. */
  framedBy?: string;
}

/** One browser window with its own cookies. */
export interface Window {
  page: Page;
  context: BrowserContext;
  /** Everything that must not have happened. */
  faults(): Promise<string[]>;
}

/** Opens a window that may only reach `origin`, and whatever else frames it. */
export async function openWindow(
  browser: Browser,
  origin: string,
  { language = 'en-GB', width = 1280, height = 900, dark = false, framedBy }: Look = {},
): Promise<Window> {
  const context = await browser.newContext({
    locale: language,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  context.setDefaultTimeout(15_000);
  const faults: string[] = [];
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => {
      console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI);
    });`,
  );
  context.on('request', (request) => {
    const url = request.url();
    if (framedBy !== undefined && url.startsWith(`${framedBy}/`)) return;
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) faults.push(`asked ${url}`);
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error ${error.message}`));
  page.on('console', (message) => {
    // Chromium reports each refused request; the page shows what it says, and the tests look at that.
    const refused = /^Failed to load resource: the server responded with a status of 4\d\d/;
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (!refused.test(message.text())) faults.push(`console ${message.text()}`);
  });
  return { page, context, faults: async () => faults };
}
