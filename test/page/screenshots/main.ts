// `npm run screenshots`: pictures of every page into docs/screenshots, as the README shows them. On a desk
// in English and light, on a phone in German and dark. An argument names the places to take only.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CHROMIUM, openWindow, startBrowser } from '../browser.ts';
import { type Grounds, goTo, PLACES, startGrounds } from '../places.ts';
import { smallPng } from './small-png.ts';

const OUT = resolve(import.meta.dirname, '../../../docs/screenshots');
const STATE = resolve('.state/screenshots');
const LOOKS = [
  { suffix: '', language: 'en-GB', width: 1280, height: 800, dark: false },
  { suffix: '-phone', language: 'de-DE', width: 390, height: 844, dark: true },
] as const;

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  if (!CHROMIUM) {
    console.error('There is no Chromium: apt-get install chromium, or set CHROMIUM to its path.');
    return 1;
  }
  const places = PLACES.filter(({ name }) => names.length === 0 || names.includes(name));
  if (places.length === 0) {
    console.error(`There are only ${PLACES.map(({ name }) => name).join(', ')}.`);
    return 1;
  }
  await mkdir(OUT, { recursive: true });
  const grounds = await startGrounds(STATE);
  try {
    await shoot(places, grounds);
  } finally {
    await grounds.close();
    await rm(STATE, { recursive: true, force: true });
  }
  return 0;
}

async function shoot(places: typeof PLACES, grounds: Grounds): Promise<void> {
  const browser = await startBrowser();
  try {
    for (const { suffix, ...look } of LOOKS) {
      const { page, context } = await openWindow(browser, grounds.origin, look);
      for (const place of places) {
        await goTo(page, place, grounds);
        await page.mouse.move(0, 0);
        // As high as the page, so that what sticks to the edge of a window lies across nothing.
        const whole = (await page.evaluate('document.documentElement.scrollHeight')) as number;
        await page.setViewportSize({ width: look.width, height: Math.max(look.height, whole) });
        const path = join(OUT, `${place.name}${suffix}.png`);
        await writeFile(path, smallPng(await page.screenshot({ fullPage: true })));
        await page.setViewportSize(look);
        console.log(path);
      }
      await context.close();
    }
  } finally {
    await browser.close();
  }
}
