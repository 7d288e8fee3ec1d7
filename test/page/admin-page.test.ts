// The admin page in a real browser, against a real edge, a real agent and both simulators: what an admin
// does from the first look to the running connector.
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAMP_IDS } from '../../shared/lamps.ts';
import { settingsFor } from '../sim/laboratory.ts';
import { copied, countIs, isChecked, isFocused, valueIs } from './awaited.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import { isAllThere } from './places.ts';
import { type Site, startSite } from './site.ts';

if (!CHROMIUM && process.env['CI']) throw new Error('CI tests the page: install chromium.');

let site: Site;
let browser: Browser;
/** The admin's window, in English. */
let admin: Window;
let page: Page;

describe.skipIf(!CHROMIUM)('the admin page', () => {
  beforeAll(async () => {
    [site, browser] = await Promise.all([startSite(), startBrowser()]);
    admin = await openWindow(browser, site.origin);
    page = admin.page;
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const open = (part: string) =>
    page.getByRole('navigation').getByRole('link', { name: part }).click();
  const openSettings = async () => {
    await open('Setup');
    await page.getByRole('link', { name: 'All settings' }).click();
  };
  const heading = (name: string, of = page) => of.getByRole('heading', { level: 2, name });

  async function signIn(at: Page, token: string, button = 'Sign in', label = 'Admin token') {
    await at.getByLabel(label).fill(token);
    await at.getByRole('button', { name: button, exact: true }).click();
  }

  it('is built for production, by whomever', async () => {
    const script = await (await fetch(`${site.connectorUrl}/admin/page.js`)).text();
    expect(script).not.toContain('.tsx');
    expect(script.split('\n').length).toBeLessThan(20);
  });

  it('signs in with the right token only', async () => {
    await page.goto(`${site.connectorUrl}/admin`);
    await heading('Sign in').waitFor();
    await signIn(page, 'a wrong one');
    await page.getByRole('alert').getByText('This token is not valid.').waitFor();
    await signIn(page, site.adminToken);
    await heading('Setup').waitFor();
  });

  it('shows at the fields what is wrong with them', async () => {
    await page.getByRole('link', { name: 'All settings' }).click();
    await page.getByLabel('Master PBX').fill('pbx.example.com');
    await page.getByRole('button', { name: 'Create connector' }).click();
    const master = page.getByLabel('Master PBX');
    await page.getByText('a PBX name has no dot').waitFor();
    expect(await master.getAttribute('aria-invalid')).toBe('true');
    await isFocused(master);
    await countIs(page.locator('[aria-invalid=true]'), 6);
  });

  it('creates a connector that did not exist', async () => {
    const settings = settingsFor(site.lab) as Record<string, string>;
    const fields = {
      'Master PBX': 'masterPbx',
      ClientIDSynctoPbx: 'clientIdSyncToPbx',
      TenantSynctoPbx: 'tenantSyncToPbx',
      'Notification URL': 'notificationUrl',
      ClientIDSynctoTeams: 'clientIdSyncToTeams',
      TenantSynctoTeams: 'tenantSyncToTeams',
      ClientSecretSynctoTeams: 'clientSecretSyncToTeams',
    };
    for (const [name, key] of Object.entries(fields)) {
      await page.getByLabel(name, { exact: true }).fill(` ${settings[key]} `);
    }
    await page.getByRole('button', { name: 'Create connector' }).click();
    await page.getByText('The connector is created.').waitFor();
    expect(await site.other.get('/api/settings')).toMatchObject({
      masterPbx: 'pbx',
      clientSecretSyncToTeams: { set: true },
      source: 'subscribe',
      directions: 'both',
    });
    await valueIs(page.getByLabel('ClientSecretSynctoTeams'), '');
  });

  it('adds a Teams account', async () => {
    await open('Teams accounts');
    const { username, password } = site.lab.microsoft.account;
    await page.getByLabel('User name', { exact: true }).fill('no-address');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Add Teams account' }).click();
    await page.getByText('Must be a user principal name').waitFor();
    await page.getByLabel('User name', { exact: true }).fill(username);
    await page.getByRole('button', { name: 'Add Teams account' }).click();
    const row = page.getByRole('listitem').filter({ hasText: username });
    await row.getByText('Active').waitFor();
  });

  it('makes an enrolment code, and the command to copy works', async () => {
    await open('Agents');
    await page.getByLabel('Name (optional)').fill('<img src=x onerror=alert(1)>');
    await page.getByRole('button', { name: 'New enrolment code' }).click();
    await page.getByText(/Valid once, until .*\d\d:\d\d/).waitFor();
    const copy = page.getByRole('button', { name: 'Copy: Enrolment command' });
    const command = await copied(page, () => copy.click());
    await page.getByRole('button', { name: 'Copied: Enrolment command' }).waitFor();
    expect(command).toMatch(new RegExp(`^presence-agent enrol ${site.connectorUrl} \\S+$`));
    await site.runAgent(command);
    const row = page.getByRole('listitem').filter({ hasText: '<img src=x onerror=alert(1)>' });
    await row.getByText('Leading').waitFor();
    await row.getByText('PBX pbx: connected').waitFor();
  });

  it('shows the lamps in their order as they turn green', async () => {
    await open('Overview');
    const lamps = page.locator('[data-lamp]');
    await lamps.first().waitFor();
    const ids = await lamps.evaluateAll((all) => all.map((one) => one.getAttribute('data-lamp')));
    expect(ids).toEqual([...LAMP_IDS]);
    await countIs(lamps.locator('time.since'), LAMP_IDS.length);
    // What each needs stands above it.
    const order = ids.join(' ');
    expect(order).toMatch(/^settings tokenForReading tokenForWriting teamsUsers subscriptions /);
    expect(order).toMatch(/ notificationUrl agent pbx rights pairing sync$/);
    await page.getByText('Everything works.').waitFor({ timeout: 15_000 });
    await countIs(page.locator('[data-lamp][data-state=ok]'), LAMP_IDS.length);
  });

  it('checks a step at once', async () => {
    const asked = page.waitForResponse((answer) => answer.url().endsWith('/api/checks/pairing'));
    await page.getByRole('button', { name: 'Check now: Pairing of users' }).click();
    expect((await asked).status()).toBe(200);
    await page.getByText('Paired users: 5.').waitFor();
  });

  it('turns red by itself while somebody looks, without asking, and says what to do', async () => {
    await page.locator('[data-live=up]').waitFor();
    const asked: string[] = [];
    const note = (request: Request) => void asked.push(new URL(request.url()).pathname);
    page.on('request', note);
    const [account] = (await site.other.get<{ items: { id: string }[] }>('/api/accounts')).items;
    await site.other.send('DELETE', `/api/accounts/${account?.id}`);
    await page.locator('[data-lamp=tokenForReading][data-state=error]').waitFor();
    await page.getByText('Begin with: Sign-in for reading Teams.').waitFor();
    await page.getByText('Add a Teams account, or choose polling').first().waitFor();
    page.off('request', note);
    expect(asked.filter((path) => path.endsWith('/api/status'))).toEqual([]);
    await site.other.send('POST', '/api/accounts', site.lab.microsoft.account);
  });

  it('asks again and again where the stream does not come', async () => {
    const { page: at, context, faults } = await openWindow(browser, site.origin);
    await context.route('**/api/events', (route) => route.abort());
    await at.goto(`${site.connectorUrl}/admin`);
    await signIn(at, site.adminToken);
    await at.locator('[data-lamp]').first().waitFor();
    await at.locator('[data-live=down]').waitFor();
    await at.waitForResponse((answer) => answer.url().endsWith('/api/status'));
    await context.unroute('**/api/events');
    await at.locator('[data-live=up]').waitFor();
    expect((await faults()).filter((fault) => !fault.includes('ERR_FAILED'))).toEqual([]);
    await context.close();
  });

  it('draws what went each way, and says it as a table too', async () => {
    site.lab.pbx.user('dora').setPresence('dnd');
    const toTeams = page.locator('figure').filter({ hasText: 'PBX → Teams' });
    await toTeams.getByRole('img').waitFor();
    await toTeams.locator('.chart-bar').first().waitFor({ state: 'attached' });
    await toTeams.getByText('As a table').press('Enter');
    await toTeams
      .getByRole('row')
      .filter({ hasText: /\d ms|\d s/ })
      .first()
      .waitFor();
    site.lab.pbx.user('dora').setPresence('');
  });

  it('hangs up while its tab is hidden, and comes back with it', async () => {
    await page.locator('[data-live=up]').waitFor();
    const hangsUp = page.waitForEvent('requestfailed', (one) => one.url().endsWith('/api/events'));
    const look = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { get: () => ${hidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));`);
    await look(true);
    await hangsUp;
    await page.locator('[data-live=down]').waitFor();
    const comesBack = page.waitForRequest((one) => one.url().endsWith('/api/events'));
    await look(false);
    // It says where it was: what happened meanwhile is told.
    expect((await comesBack).headers()['last-event-id']).toMatch(/^\d+-\d+$/);
    await page.locator('[data-live=up]').waitFor();
  });

  it('saves what was changed, and only that', async () => {
    await openSettings();
    await page.getByLabel('Master PBX').fill('mine');
    await page.getByText('Not saved yet: Master PBX').waitFor();
    // What is entered survives a look at another part.
    await open('Overview');
    await openSettings();
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await page.getByRole('button', { name: 'Save' }).click();
    expect((await sent).postDataJSON()).toEqual({ masterPbx: 'mine' });
    await page.getByText('Saved.', { exact: true }).waitFor();
  });

  it('says that somebody else saved, and puts the changes on top where asked to', async () => {
    const { clientIdSyncToPbx } = site.lab.microsoft;
    const wrong = { clientIdSyncToPbx: clientIdSyncToPbx.replace(/^./, '0') };
    await site.other.send('PATCH', '/api/settings', wrong);
    await page.getByLabel('Master PBX').fill('pbx');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else saved these settings in the meantime.').waitFor();
    await page.getByText('They changed: ClientIDSynctoPbx.').waitFor();
    expect(await site.other.get('/api/settings')).toMatchObject({ masterPbx: 'mine' });
    await page.getByRole('button', { name: 'Put my changes on top' }).click();
    const theirs = page.getByLabel('ClientIDSynctoPbx');
    await valueIs(theirs, wrong.clientIdSyncToPbx);
    await theirs.fill(clientIdSyncToPbx);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect(await site.other.get('/api/settings')).toMatchObject({
      masterPbx: 'pbx',
      clientIdSyncToPbx,
    });
  });

  it('finds a user and shows both presences', async () => {
    site.lab.microsoft.teams('alice@example.com').choose('Busy');
    await open('Users');
    await page.getByLabel('Search').fill('ALICE');
    const row = page.getByRole('row').filter({ hasText: 'alice@example.com' });
    await row.getByText('by e-mail').waitFor();
    await row.getByText('No. 201').waitFor();
    await page.getByText('1–1 of 1').waitFor();
    await row.getByText('Busy').nth(1).waitFor({ timeout: 15_000 });
    await countIs(row.getByRole('cell'), 6);
  });

  it('filters users by state and turns their pages', async () => {
    for (let n = 0; n < 120; n++) {
      const h323 = `x${String(n).padStart(3, '0')}`;
      site.lab.pbx.addUser({ h323, cn: `Xtra ${h323}` });
    }
    await page.getByLabel('Search').fill('xtra');
    await page.getByText('1–100 of 120').waitFor({ timeout: 15_000 });
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('101–120 of 120').waitFor();
    await page.getByRole('row').filter({ hasText: 'Xtra x119' }).waitFor();
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('1–100 of 120').waitFor();
    await page.getByLabel('Show').selectOption('paired');
    await page.getByText('Nobody fits.').waitFor();
    await page.getByLabel('Search').fill('');
    await page.getByText('1–5 of 5').waitFor();
  });

  it('signs a Teams account in with a code, by keyboard alone, also over a reload', async () => {
    const { microsoft } = site.lab;
    microsoft.turn({ devicePollSeconds: 1 });
    await open('Teams accounts');
    // The part takes the focus when it is there.
    await page.locator('h2:focus').waitFor();
    await page.getByRole('radio', { name: 'With user name and password' }).focus();
    await page.keyboard.press('ArrowDown');
    await isChecked(page.getByRole('radio', { name: 'With a code' }));
    await countIs(page.getByLabel('User name', { exact: true }), 0);
    await page.getByRole('button', { name: 'Get a code' }).press('Enter');
    await page.getByRole('status').getByText('The code stands above').waitFor();
    await page.reload();
    const row = page.getByRole('listitem').filter({ hasText: 'New account' });
    await row.getByText('Waiting for the sign-in').waitFor();
    await row.getByText(/Valid until .*\d\d:\d\d/).waitFor();
    const link = row.getByRole('link', { name: 'microsoft.com/devicelogin' });
    expect(await link.getAttribute('href')).toBe('https://microsoft.com/devicelogin');
    const code = await copied(page, () => row.getByRole('button', { name: 'Copy' }).press('Enter'));
    microsoft.approveDeviceCode(code, microsoft.account.username);
    await row.waitFor({ state: 'detached' });
    // In place of the same user's account with a password.
    const done = page.getByRole('listitem').filter({ hasText: microsoft.account.username });
    await done.getByText('Active').waitFor();
    await countIs(done, 1);
  });

  it('gets a new code where one was declined', async () => {
    const { microsoft } = site.lab;
    await page.getByRole('radio', { name: 'With a code' }).check();
    await page.getByRole('button', { name: 'Get a code' }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'New account' });
    const shown = row.locator('code');
    const first = (await shown.textContent()) ?? '';
    microsoft.declineDeviceCode(first);
    await row.getByText('was declined at Microsoft').waitFor();
    await row.getByRole('button', { name: 'Get a new code: New account' }).press('Enter');
    await shown.filter({ hasNotText: first }).waitFor();
    await row.getByRole('button', { name: 'Remove the account New account' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await row.waitFor({ state: 'detached' });
  });

  it('tells at the form what Microsoft refuses, and what to do', async () => {
    const app = site.lab.microsoft.app(site.lab.microsoft.clientIdSyncToPbx);
    Object.assign(app, { publicClient: false });
    await page.getByRole('button', { name: 'Get a code' }).click();
    await page.getByRole('alert').getByText('Allow public client flows').waitFor();
    Object.assign(app, { publicClient: true });
  });

  it('removes a Teams account after asking', async () => {
    await open('Teams accounts');
    const { username } = site.lab.microsoft.account;
    const remove = page.getByRole('button', { name: `Remove the account ${username}` });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await isFocused(remove);
    await remove.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await remove.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('There is no Teams account yet.').waitFor();
  });

  it('asks to sign in again when the session has ended, and goes on where it was', async () => {
    await openSettings();
    await page.getByLabel('Master PBX').fill('half-typed');
    await admin.context.clearCookies();
    // What the page asks by itself may find out before this does.
    const save = page.getByRole('button', { name: 'Save' });
    await save.click({ timeout: 2_000 }).catch(() => undefined);
    await page.getByText('Your session has ended.').waitFor();
    await signIn(page, site.adminToken);
    await page.getByLabel('Master PBX').waitFor();
    await valueIs(page.getByLabel('Master PBX'), 'half-typed');
    await page.getByRole('button', { name: 'Discard changes' }).click();
  });

  it('goes on with its writes after a sign-in in another tab', async () => {
    const tab = await admin.context.newPage();
    await tab.goto(`${site.connectorUrl}/admin`);
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await signIn(tab, site.adminToken);
    await heading('Overview', tab).waitFor();
    await tab.close();
    await page.getByLabel('Master PBX').fill('another');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
  });

  it('signs out', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in').waitFor();
    expect(await admin.context.cookies()).toEqual([]);
    await page.reload();
    await heading('Sign in').waitFor();
  });

  it('broke no rule of its own in all of that', async () => {
    expect(await admin.faults()).toEqual([]);
  });

  /** Links of the navigation, in its order. */
  const NAVIGATION = {
    en: ['Overview', 'Setup', 'Users', 'Rules', 'Teams accounts', 'Agents'],
    de: ['Übersicht', 'Einrichtung', 'Benutzer', 'Regeln', 'Teams-Konten', 'Agenten'],
  };

  it.each([
    ['de-DE', 390, false],
    ['en-GB', 390, true],
    ['de-DE', 1280, true],
  ] as const)('fits and speaks %s at %i px', async (language, width, dark) => {
    const window = await openWindow(browser, site.origin, { language, width, height: 844, dark });
    const at = window.page;
    await at.goto(`${site.connectorUrl}/admin`);
    const german = language === 'de-DE';
    await signIn(
      at,
      site.adminToken,
      german ? 'Anmelden' : 'Sign in',
      german ? 'Admin-Token' : 'Admin token',
    );
    for (const part of NAVIGATION[german ? 'de' : 'en']) {
      const link = at.getByRole('navigation').getByRole('link', { name: part });
      await link.click();
      await link.and(at.locator('[aria-current=page]')).waitFor();
      await at.getByRole('heading', { level: 2 }).waitFor();
      await isAllThere(at);
      expect(await at.evaluate('document.documentElement.scrollWidth'), part).toBe(width);
      await shoot(at, `${language}-${width}-${part}`);
    }
    expect(await window.faults()).toEqual([]);
    await window.context.close();
  });

  it('says that the sign-in is for another connector', async () => {
    const window = await openWindow(browser, site.origin);
    await window.page.goto(`${site.connectorUrl}/admin`);
    await signIn(window.page, site.adminToken);
    await heading('Overview', window.page).waitFor();
    await window.page.goto(`${site.origin}/other.example/phones/admin`);
    await window.page.getByText('You are signed in to another connector').waitFor();
    await signIn(window.page, site.adminToken);
    await heading('Setup', window.page).waitFor();
    expect(await window.faults()).toEqual([]);
    await window.context.close();
  });

  it('speaks the language that was chosen, the lamps too, and remembers it', async () => {
    const window = await openWindow(browser, site.origin, { language: 'fr-FR' });
    const at = window.page;
    await at.goto(`${site.connectorUrl}/admin`);
    await signIn(at, site.adminToken);
    await at.getByText('Add a Teams account, or choose polling').first().waitFor();
    await at.getByRole('button', { name: 'Deutsch' }).click();
    await at.getByText('Es gibt kein Teams-Konto').first().waitFor();
    await at.locator('html[lang=de]').waitFor();
    await at.reload();
    await at.getByRole('heading', { level: 2, name: 'Übersicht' }).waitFor();
    await window.context.close();
  });
});

/** Pictures to look at: `SCREENSHOTS=<directory> npx vitest run test/page`. */
async function shoot(page: Page, name: string): Promise<void> {
  const directory = process.env['SCREENSHOTS'];
  if (!directory) return;
  await delay(400);
  await page.screenshot({ path: `${directory}/${name}.png`, fullPage: true });
}
