// Names come from a directory that an admin of somebody else fills, and from a PBX. On the page they are
// letters: nothing in them runs, loads, or becomes an element.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../scenario/eventually.ts';
import { settingsFor } from '../sim/laboratory.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import { type Site, startSite } from './site.ts';

const NAMES = [
  '<img src=x onerror="window.ran=1">',
  '<script>window.ran=1</script>',
  '"><svg onload="window.ran=1">',
  '{{constructor.constructor("window.ran=1")()}}',
  'javascript:window.ran=1',
];

describe.skipIf(!CHROMIUM)('names made to run', () => {
  let site: Site;
  let browser: Browser;
  let admin: Window;

  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startBrowser()]);
    const { microsoft, pbx } = site.lab;
    NAMES.forEach((name, n) => {
      microsoft.addUser({ displayName: name, userPrincipalName: `hostile${n}@example.com` });
      pbx.addUser({ cn: name, h323: `hostile${n}` });
    });
    await site.other.send('PUT', '/api/settings', settingsFor(site.lab));
    await site.other.send('POST', '/api/accounts', microsoft.account);
    const { command } = await site.other.send<{ command: string }>('POST', '/api/agents', {
      name: NAMES[0],
    });
    await site.runAgent(command);
    await eventually(
      () => site.other.get<{ items: unknown[] }>('/api/users?query=onerror'),
      ({ items }) => items.length > 0,
      30_000,
    );
    admin = await openWindow(browser, site.origin);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('are shown letter by letter, and do nothing', async () => {
    const { page } = admin;
    await page.goto(`${site.connectorUrl}/admin`);
    await page.getByLabel('Admin token').fill(site.adminToken);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const open = (part: string) =>
      page.getByRole('navigation').getByRole('link', { name: part }).click();
    await open('Users');
    for (const name of NAMES) await page.getByText(name, { exact: true }).first().waitFor();
    await open('Agents');
    await page
      .getByText(NAMES[0] ?? '')
      .first()
      .waitFor();
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
    expect(await admin.faults()).toEqual([]);
  });
});
