import { expect, test } from 'vitest';
import { browserAmong } from './browser.ts';

const NOWHERE = ['/nowhere/chromium', undefined];

test('without a Chromium its tests are skipped where somebody sees it, and fail in CI', () => {
  expect(browserAmong(NOWHERE, undefined)).toBeUndefined();
  expect(() => browserAmong(NOWHERE, '1')).toThrow('There is no Chromium');
  expect(browserAmong([...NOWHERE, process.execPath], '1')).toBe(process.execPath);
});
