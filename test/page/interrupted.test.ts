// An admin who is interrupted: the session ends, the edge is away, a code runs out. Nothing that was entered
// is lost, the page says what is so, and it goes on by itself where it can.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settingsFor } from '../sim/laboratory.ts';
import { copied, countIs, isFocused, titleIs, valueIs } from './awaited.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import { type Site, startSite } from './site.ts';

describe.skipIf(!CHROMIUM)('an admin who is interrupted', () => {
  let site: Site;
  let browser: Browser;
  let admin: Window;
  let page: Page;

  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startBrowser()]);
    await site.other.send('PUT', '/api/settings', settingsFor(site.lab));
  }, 60_000);
  beforeEach(async () => {
    admin = await openWindow(browser, site.origin);
    page = admin.page;
    return () => admin.context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const heading = (name: string) => page.getByRole('heading', { level: 2, name });
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const dialog = () => page.getByRole('dialog');
  async function signIn() {
    await page.getByLabel('Admin token').fill(site.adminToken);
    await button('Sign in').click();
  }
  async function open(hash: string) {
    await page.goto(`${site.connectorUrl}/admin${hash}`);
    await signIn();
    await page.getByRole('navigation').waitFor();
  }
  /** The session is over, as after eight hours. */
  const endSession = () => admin.context.clearCookies();
  const isAskedToSignIn = () => page.getByText('what you entered is still there').waitFor();

  describe('whose session ends', () => {
    it('finds a user name and a password where they were typed', async () => {
      await open('#accounts');
      await page.getByLabel('User name', { exact: true }).fill('comm@example.com');
      await page.getByLabel('Password', { exact: true }).fill('half-typed');
      await endSession();
      await button('Add Teams account').click();
      await isAskedToSignIn();
      await titleIs(page, 'Sign in – example.com/microsoft365 – Presence connector');
      await signIn();
      await heading('Teams accounts').waitFor();
      await isFocused(heading('Teams accounts'));
      await titleIs(page, 'Teams accounts – example.com/microsoft365 – Presence connector');
      await valueIs(page.getByLabel('User name', { exact: true }), 'comm@example.com');
      await valueIs(page.getByLabel('Password', { exact: true }), 'half-typed');
    });

    it('still has the token that is shown once', async () => {
      await open('#access');
      await button('Issue token').click();
      const token = await copied(page, () => button('Copy').click());
      await endSession();
      await button('Issue token').click();
      await isAskedToSignIn();
      await signIn();
      await page.getByText(token).waitFor();
    });

    it('still has the enrolment code, and the page notices that the agent has come', async () => {
      await open('#agents');
      await button('New enrolment code').click();
      const copy = button('Copy: Enrolment command');
      const command = await copied(page, () => copy.click());
      await endSession();
      // It asks for the agents by itself.
      await isAskedToSignIn();
      await signIn();
      await page.getByText(command).waitFor();
      await site.runAgent(command);
      await page.getByText(/^The agent .* has come\.$/).waitFor();
    });

    it('finds changed rules as they were, and saves them', async () => {
      await open('#rules');
      await page.getByLabel('Directions').selectOption('teams-to-pbx');
      await endSession();
      await button('Save').click();
      await isAskedToSignIn();
      await signIn();
      await valueIs(page.getByLabel('Directions'), 'teams-to-pbx');
      await button('Save').click();
      await page.getByText('Saved.', { exact: true }).waitFor();
      await site.other.send('PATCH', '/api/settings', { directions: null });
    });

    it.each(['#accounts', '#setup/accounts'])(
      'in a dialog at %s can sign in and go on with it',
      async (hash) => {
        site.lab.microsoft.turn({ deviceCodeSeconds: 900 });
        await site.other.send('POST', '/api/accounts', { signIn: 'device' });
        await open(hash);
        await button('Remove the account New account').click();
        await dialog().waitFor();
        await endSession();
        await dialog().getByRole('button', { name: 'Remove' }).click();
        await isAskedToSignIn();
        await countIs(dialog(), 0);
        await signIn();
        await dialog().getByRole('button', { name: 'Remove' }).click();
        await countIs(dialog(), 0);
        await countIs(button('Remove the account New account'), 0);
      },
    );
  });

  describe('whose edge starts anew', () => {
    it('is told so, and sees by itself that it is back', async () => {
      await open('#overview');
      await page.locator('[data-live=up]').waitFor();
      await site.restartEdge(async () => {
        await page.getByText('does not answer. It is asked again by itself.').waitFor();
        await page.getByText('What you see here is from before.').waitFor();
      });
      await page.locator('[data-live=up]').waitFor({ timeout: 30_000 });
      await countIs(page.getByRole('alert'), 0);
    });

    it('keeps what was to be saved meanwhile, and saves it then', async () => {
      await open('#setup/pbx');
      await page.getByLabel('Master PBX').fill('another');
      await site.restartEdge(async () => {
        await button('Save and check').or(button('Save')).click();
        await page.getByText('does not answer. Try again.').waitFor();
      });
      await valueIs(page.getByLabel('Master PBX'), 'another');
      await button('Save and check').or(button('Save')).click();
      await expect
        .poll(() => site.other.get('/api/settings'), { timeout: 15_000 })
        .toMatchObject({ masterPbx: 'another' });
      await site.other.send('PATCH', '/api/settings', { masterPbx: 'pbx' });
    });
  });

  describe('whose code runs out', () => {
    it('is told that an enrolment code has, and gets another one', async () => {
      await page.clock.install();
      await open('#agents');
      await button('New enrolment code').click();
      const first = await copied(page, () => button('Copy: Enrolment command').click());
      await page.clock.fastForward('30:01');
      await page.getByText('This code has expired. Make a new one.').waitFor();
      await countIs(page.getByText(first), 0);
      // The edge's own clock has not moved: by it the first code holds again, until the next one is there.
      await page.clock.setSystemTime(new Date());
      const given = page.waitForResponse((answer) => answer.request().method() === 'POST');
      await button('New enrolment code').click();
      expect((await given).status()).toBe(201);
      await countIs(page.getByText(first), 0);
      const second = await copied(page, () => button('Copy: Enrolment command').click());
      expect(second).not.toBe(first);
      await countIs(page.getByText('This code has expired. Make a new one.'), 0);
    });

    it('is told at the account that its code has, and gets another one there', async () => {
      const { microsoft } = site.lab;
      microsoft.turn({ deviceCodeSeconds: 2, devicePollSeconds: 1 });
      await open('#setup/accounts');
      await page.getByRole('radio', { name: 'With a code' }).check();
      await button('Get a code').click();
      await page.getByText('The code stands above').waitFor();
      const row = page.locator('li.row').filter({ hasText: 'New account' });
      await row.getByText('Expired', { exact: true }).waitFor();
      await row.getByText('The code for signing in a Teams account has expired').first().waitFor();
      await countIs(row.locator('code'), 0);
      microsoft.turn({ deviceCodeSeconds: 900 });
      await row.getByRole('button', { name: 'Get a new code: New account' }).click();
      const code = await copied(page, () => row.getByRole('button', { name: 'Copy' }).click());
      microsoft.approveDeviceCode(code, microsoft.account.username);
      const done = page.getByRole('listitem').filter({ hasText: microsoft.account.username });
      await done.getByText('Active', { exact: true }).waitFor();
      await countIs(row, 0);
      await countIs(page.getByText('The code stands above'), 0);
    });
  });
});
