// The page of a self-hosted edge that is opened from another machine without a proxy in front of it: there no browser
// keeps the session's cookie, and the page says so in place of asking for the token again and again.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countIs } from './awaited.ts';
import { CHROMIUM, openWindow, startBrowser } from './browser.ts';
import { type Site, startSite } from './site.ts';

const LAN_NAME = 'edge.lan.example';

describe.skipIf(!CHROMIUM)('the sign-in over plain http from another machine', () => {
  let site: Site;
  let browser: Browser;
  beforeAll(async () => {
    [site, browser] = await Promise.all([
      startSite(),
      startBrowser([`--host-resolver-rules=MAP ${LAN_NAME} 127.0.0.1`]),
    ]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it.each([
    {
      language: 'en-GB',
      token: 'Admin token',
      submit: 'Sign in',
      says: 'This page was opened over plain http: there the browser keeps no sign-in. Open it by https, through a reverse proxy in front of the edge; docs/operating.md, Self-hosted, says how.',
    },
    {
      language: 'de-DE',
      token: 'Admin-Token',
      submit: 'Anmelden',
      says: 'Diese Seite wurde über http ohne Verschlüsselung geöffnet: Dort behält der Browser keine Anmeldung. Sie über https öffnen, durch einen Reverse Proxy vor dem Edge; wie, steht in docs/operating.md unter „Self-hosted“.',
    },
  ] as const)('is told to be by https, in $language', async ({ language, token, submit, says }) => {
    const { port } = new URL(site.origin);
    const origin = `http://${LAN_NAME}:${port}`;
    const { page, context, faults } = await openWindow(browser, origin, { language });
    for (const path of ['/example.com/microsoft365/admin', '/admin']) {
      await page.goto(`${origin}${path}`);
      for (const given of [site.adminToken, 'a wrong one']) {
        await page.getByLabel(token).fill(given);
        const answered = page.waitForResponse((answer) => answer.request().method() === 'POST');
        await page.getByRole('button', { name: submit, exact: true }).click();
        expect((await answered).status()).toBe(403);
        await page.getByRole('alert').getByText(says, { exact: true }).waitFor();
        await countIs(page.locator('.notice'), 1);
      }
    }
    expect(await context.cookies()).toEqual([]);
    expect(await faults()).toEqual([]);
    await context.close();
  });
});
