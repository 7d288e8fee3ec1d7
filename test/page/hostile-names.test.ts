// Names come from a directory that an admin of somebody else fills, and from a PBX. On the page they are
// letters: nothing in them runs, loads, or becomes an element.
import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../scenario/eventually.ts';
import { admin as adminOf } from '../sim/demo/admin.ts';
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
const [IMAGE = '', SCRIPT = '', SVG = ''] = NAMES;
/** Has no partner, so that one is looked for. */
const LONELY = `${IMAGE} alone`;

/** The timeline takes what comes after a space for another item. */
const ACTIVITY = '<img/src=x/onerror="window.ran=1">';

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
    microsoft.addUser({ displayName: LONELY, userPrincipalName: 'lonely@example.com' });
    // A PBX that nobody configured is called so, too.
    pbx.addUser({ cn: 'Somebody', h323: 'somebody', loc: SCRIPT });
    microsoft.addUser({ displayName: 'Somebody', userPrincipalName: 'somebody@example.com' });
    await site.other.send('PUT', '/api/settings', settingsFor(site.lab));
    await site.other.send('POST', '/api/accounts', microsoft.account);
    const { command } = await site.other.send<{ command: string }>('POST', '/api/agents', {
      name: IMAGE,
    });
    const { token } = await site.other.send<{ token: string }>('POST', '/api/tokens', {
      name: SVG,
    });
    await adminOf(site.connectorUrl, token).send('PATCH', '/api/settings', { timeline: true });
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
    const main = page.getByRole('main');
    const seen = (text: string, within: Locator = main) => within.getByText(text).first().waitFor();
    const nothingRan = async () => {
      expect(await page.evaluate('window.ran')).toBeUndefined();
      const made = 'main img, main script, main svg[onload], main a[href^="javascript:"]';
      expect(await page.locator(made).count()).toBe(0);
      expect(await admin.faults()).toEqual([]);
    };

    await open('Overview');
    await seen(SCRIPT, page.locator('[data-lamp=pbx]'));
    await nothingRan();

    await open('Agents');
    await seen(IMAGE);
    await seen(SCRIPT);
    await nothingRan();

    await open('Access');
    await seen(SVG, page.getByRole('table').first());
    await seen(SVG, page.locator('table.trail'));
    await nothingRan();

    await open('Users');
    for (const name of NAMES) await page.getByText(name, { exact: true }).first().waitFor();
    await main.getByRole('row').filter({ hasText: LONELY }).getByRole('button').click();
    const dialog = page.getByRole('dialog');
    await seen(LONELY, dialog);
    await dialog.getByLabel('Search on the PBX').fill('hostile');
    for (const name of NAMES) await seen(name, dialog.locator('.offers'));
    await nothingRan();
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    const hostile = site.lab.pbx.user('hostile0');
    await page.getByRole('link').filter({ hasText: 'hostile0@' }).click();
    await page.getByRole('heading', { level: 2, name: IMAGE }).waitFor();
    hostile.setItem({ contact: 'tel:', activity: ACTIVITY, note: SCRIPT });
    await seen(ACTIVITY, page.locator('table.entries'));
    await seen(ACTIVITY, page.locator('[data-side=pbx]'));
    await seen(IMAGE, page.getByRole('region', { name: 'On the PBX' }));
    await nothingRan();

    await open('Rules');
    await page.getByRole('checkbox', { name: 'Display name' }).uncheck();
    const trying = page.getByRole('region', { name: 'What this would change' });
    await trying.getByRole('button', { name: 'Try it out' }).click();
    for (const name of NAMES) await seen(name, trying);
    await nothingRan();
  });
});
