// Every page, in both languages, light and dark, on a desk and on a phone: nothing that axe-core finds
// fault with, nothing wider than the screen, and no rule of the page itself broken.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import { type Grounds, goTo, PLACES, startGrounds } from './places.ts';

const LANGUAGES = ['en-GB', 'de-DE'] as const;
const LOOKS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 390, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light' },
] as const;

let directory: string;
let grounds: Grounds;
let browser: Browser;

describe.skipIf(!CHROMIUM)('for everybody', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'page-'));
    [grounds, browser] = await Promise.all([
      startGrounds(join(directory, 'state')),
      startBrowser(),
    ]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await grounds?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('notices what it is there for', async () => {
    const { page, context } = await openWindow(browser, grounds.origin);
    await page.setContent(
      '<main><img src="data:,"><p style="color:#eee">hardly to be read</p></main>',
    );
    const found = (await violations(page)).join('\n');
    expect(found).toContain('image-alt');
    expect(found).toContain('color-contrast');
    expect((await violations(page, 'colours')).join()).toContain('color-contrast');
    await context.close();
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    let window: Window;
    beforeAll(async () => {
      window = await openWindow(browser, grounds.origin, { language });
    });
    afterAll(() => window?.context.close());

    it.each(PLACES.map((place) => [place.name, place] as const))('%s', async (_, place) => {
      const { page } = window;
      await goTo(page, place, grounds);
      expect(await page.evaluate('document.documentElement.lang')).toBe(language.slice(0, 2));
      for (const { width, colorScheme } of LOOKS) {
        await page.setViewportSize({ width, height: 844 });
        await page.emulateMedia({ colorScheme });
        const look = `${width} px, ${colorScheme}`;
        // In the dark only the colours are others.
        const found = await violations(page, colorScheme === 'dark' ? 'colours' : undefined);
        expect(found, look).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth'), look).toBe(width);
      }
      expect(await window.faults()).toEqual([]);
    });
  });
});
