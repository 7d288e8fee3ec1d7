// What a page comes to show, and what it puts into the clipboard. An effect, an answer, a clipboard come a
// moment after whatever made them: nothing of it is read once.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** As long as the browser itself waits for an element, in ms. */
const LIMIT = { timeout: 15_000 };

export const titleIs = (page: Page, title: string): Promise<void> =>
  expect.poll(() => page.title(), LIMIT).toBe(title);

export const countIs = (locator: Locator, count: number): Promise<void> =>
  expect.poll(() => locator.count(), LIMIT).toBe(count);

export const valueIs = (locator: Locator, value: string): Promise<void> =>
  expect.poll(() => locator.inputValue(), LIMIT).toBe(value);

export const isChecked = (locator: Locator, checked = true): Promise<void> =>
  expect.poll(() => locator.isChecked(), LIMIT).toBe(checked);

/** The keyboard goes on here. */
export const isFocused = (locator: Locator): Promise<void> =>
  locator.and(locator.page().locator(':focus')).waitFor({ state: 'attached' });

/** Whatever the page has kept in this browser, as JSON. */
export const keptIn = (page: Page): Promise<string> =>
  page.evaluate('JSON.stringify(localStorage)') as Promise<string>;

/** What `copy` puts into the clipboard. */
export async function copied(page: Page, copy: () => Promise<unknown>): Promise<string> {
  await page.evaluate(`navigator.clipboard.writeText('')`);
  await copy();
  let text = '';
  await expect
    .poll(
      async () => (text = (await page.evaluate('navigator.clipboard.readText()')) as string),
      LIMIT,
    )
    .not.toBe('');
  return text;
}
