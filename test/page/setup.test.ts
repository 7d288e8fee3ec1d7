// The guided set-up in a real browser: an admin who finds an empty connector goes step by step until all
// lamps are green; and what goes wrong on the way is told where it is to be put right.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectOn } from '../../edge/page/agents/on-site.ts';
import { admin as createAdmin } from '../sim/demo/admin.ts';
import { settingsFor } from '../sim/laboratory.ts';
import { copied, countIs, isFocused, keptIn, valueIs } from './awaited.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import {
  endsWith,
  FIRST_GREEN_MS,
  isOpen,
  lamp,
  lampsAreGreen,
  openStep,
  shoot,
  stateOf,
  step,
} from './guide.ts';
import { type Site, startSite } from './site.ts';

/** Two ids of service plans, as Microsoft writes them. */
const PLANS = ['57ff2da0-773e-42df-b2af-ffb7a2317929', '4a51bca5-1eff-43f5-878c-177680f191af'];

const IDS = [
  ['ClientIDSynctoPbx', 'clientIdSyncToPbx'],
  ['TenantSynctoPbx', 'tenantSyncToPbx'],
  ['ClientIDSynctoTeams', 'clientIdSyncToTeams'],
  ['TenantSynctoTeams', 'tenantSyncToTeams'],
] as const;

let browser: Browser;
beforeAll(async () => {
  if (CHROMIUM) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

describe.skipIf(!CHROMIUM)('the set-up in English at 1280 px, by keyboard where it can be', () => {
  let site: Site;
  let admin: Window;
  let page: Page;
  let settings: Record<string, string>;
  const press = (name: string) => page.getByRole('button', { name, exact: true }).press('Enter');
  const fill = (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).fill(value);
  const copy = (what: string) => copied(page, () => press(`Copy: ${what}`));

  beforeAll(async () => {
    site = await startSite();
    settings = settingsFor(site.lab) as Record<string, string>;
    admin = await openWindow(browser, site.origin);
    page = admin.page;
  }, 60_000);
  afterAll(() => site?.close());

  it('is what opens where the connector does not exist', async () => {
    await page.goto(`${site.connectorUrl}/admin`);
    await fill('Admin token', site.adminToken);
    await press('Sign in');
    await page.getByRole('heading', { level: 2, name: 'Setup' }).waitFor();
    await page.getByText('This connector does not exist yet.').waitFor();
    await isOpen(page, 'source');
    await shoot(page, 'setup-1-empty');
  });

  it('asks for what the source needs, and for nothing else', async () => {
    await page.getByRole('radio', { name: /^Polling/ }).check();
    await countIs(page.locator('[data-step]'), 5);
    await page.getByLabel('Microsoft cloud').selectOption('usgov');
    await page.getByRole('radio', { name: /^Notifications/, disabled: true }).waitFor();
    await page.getByLabel('Microsoft cloud').selectOption('global');
    await page.getByRole('radio', { name: /^Notifications/ }).check();
    await countIs(page.locator('[data-step]'), 8);
    await press('Next');
    await isOpen(page, 'pbx');
    await isFocused(step(page, 'pbx').getByRole('link').first());
  });

  it('says at once what is wrong with the fields of a step, and only with those', async () => {
    await fill('Master PBX', 'pbx.example.com');
    await press('Next');
    await page.getByText('a PBX name has no dot').waitFor();
    await countIs(page.locator('[aria-invalid=true]'), 1);
    await isOpen(page, 'pbx');
    await fill('Master PBX', settings['masterPbx'] ?? '');
    await press('Next');
    await isOpen(page, 'reading');
    await countIs(page.locator('[aria-invalid=true]'), 0);
    await stateOf(page, 'pbx', 'entered');
  });

  it('can be left half-way, the browser closed, and goes on where it was', async () => {
    await page.reload();
    await isOpen(page, 'reading');
    await stateOf(page, 'pbx', 'entered');
    await openStep(page, 'pbx');
    await valueIs(page.getByLabel('Master PBX'), settings['masterPbx'] ?? '');
    await page.goBack();
    await isOpen(page, 'reading');
  });

  it('gives the values to copy beside the fields', async () => {
    expect(await copy('Presence.Read.All')).toBe('Presence.Read.All');
    await fill('ClientIDSynctoPbx', ` ${settings['clientIdSyncToPbx']} `);
    await fill('TenantSynctoPbx', settings['tenantSyncToPbx'] ?? '');
    await shoot(page, 'setup-2-reading');
    await press('Next');
    await isOpen(page, 'notifications');
    const path = await copy('Path');
    expect(path).toBe('/example.com/microsoft365/subscriptions');
    await fill('Notification URL', `https://edge.example.net${path}`);
    await press('Next');
    await isOpen(page, 'writing');
  });

  it('creates the connector with the last field, and tells a wrong secret in the step itself', async () => {
    await fill('ClientSecretSynctoTeams', 'not-the-secret');
    await fill('TenantSynctoTeams', settings['tenantSyncToTeams'] ?? '');
    await fill('ClientIDSynctoTeams', settings['clientIdSyncToTeams'] ?? '');
    // What was entered last is kept: what was entered before it would be, too.
    const kept = expect.poll(() => keptIn(page), { timeout: 15_000 });
    await kept.toContain(settings['clientIdSyncToTeams']);
    expect(await keptIn(page)).not.toContain('not-the-secret');
    await press('Create connector');
    await page.getByText('The connector is created.').waitFor();
    const told = lamp(page, 'writing', 'tokenForWriting', 'error');
    await told.getByText('The client secret of the app that writes to Teams is wrong.').waitFor();
    await told.getByText('enter the Value as ClientSecretSynctoTeams').waitFor();
    await stateOf(page, 'writing', 'attention');
    await shoot(page, 'setup-3-wrong-secret');
    await valueIs(page.getByLabel('ClientSecretSynctoTeams'), '');
    await expect.poll(() => keptIn(page), { timeout: 15_000 }).toBe('{}');
    await fill('ClientSecretSynctoTeams', settings['clientSecretSyncToTeams'] ?? '');
    await press('Save and check');
    await lamp(page, 'writing', 'tokenForWriting', 'ok').waitFor();
    await stateOf(page, 'writing', 'done');
  });

  /** What Microsoft is asked for by the check of a step. */
  const askedBy = async (id: string, lampOfIt: string) => {
    await openStep(page, id);
    const { requests } = site.lab.microsoft.records;
    const before = requests.length;
    const checked = page.waitForResponse((answer) => answer.url().endsWith(`/checks/${lampOfIt}`));
    await step(page, id).getByRole('button', { name: 'Check now' }).press('Enter');
    expect((await checked).status()).toBe(200);
    return requests.slice(before).map(({ method, path }) => `${method} ${path}`);
  };

  it('asks Microsoft for a new token where the check of the app that writes is pressed', async () => {
    const asked = await askedBy('writing', 'tokenForWriting');
    expect(asked.join()).toMatch(/POST \S+\/oauth2\/v2\.0\/token/);
  });

  it('says that another admin saved, and takes theirs or keeps ours', async () => {
    await openStep(page, 'pbx');
    await fill('Master PBX', 'mine');
    await site.other.send('PATCH', '/api/settings', { masterPbx: 'theirs', pollSeconds: 9 });
    await press('Save');
    await page.getByText('Somebody else saved these settings in the meantime.').waitFor();
    await page.getByText('They changed: Master PBX, Seconds between two polls.').waitFor();
    expect(await site.other.get('/api/settings')).toMatchObject({ masterPbx: 'theirs' });
    await press('Put my changes on top');
    await valueIs(page.getByLabel('Master PBX'), 'mine');
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    const kept = await site.other.get('/api/settings');
    expect(kept).toMatchObject({ masterPbx: 'mine', pollSeconds: 9 });

    await fill('Master PBX', 'mine again');
    await site.other.send('PATCH', '/api/settings', { masterPbx: settings['masterPbx'] });
    await press('Save');
    await press('Discard my changes');
    await valueIs(page.getByLabel('Master PBX'), settings['masterPbx'] ?? '');
    await site.other.send('PATCH', '/api/settings', { pollSeconds: 5 });
  });

  it('saves over changes that touch nothing of its form', async () => {
    const overrides = [{ teams: 'nobody@example.com', pbx: 'nobody' }];
    await page.reload();
    await openStep(page, 'pbx');
    await site.other.send('PATCH', '/api/settings', { overrides });
    await fill('Master PBX', ` ${settings['masterPbx']}x`);
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect(await site.other.get('/api/settings')).toMatchObject({ overrides, masterPbx: 'pbxx' });
    await fill('Master PBX', settings['masterPbx'] ?? '');
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    await site.other.send('PATCH', '/api/settings', { overrides: [] });
  });

  it('goes on at the first step that is not done', async () => {
    await page.getByRole('navigation').getByRole('link', { name: 'Setup' }).click();
    await isOpen(page, 'accounts');
  });

  it('adds a Teams account by password', async () => {
    const { username, password } = site.lab.microsoft.account;
    await fill('User name', 'no-address');
    await fill('Password', password);
    await press('Add Teams account');
    await page.getByText('Must be a user principal name').waitFor();
    await valueIs(page.getByLabel('Password', { exact: true }), password);
    await fill('User name', username);
    await press('Add Teams account');
    const row = page.getByRole('listitem').filter({ hasText: username });
    await row.getByText('Active').waitFor();
    for (const id of ['reading', 'notifications', 'accounts']) await stateOf(page, id, 'done');
    await shoot(page, 'setup-4-accounts');
    expect((await askedBy('reading', 'tokenForReading')).join()).toMatch(/oauth2|v1\.0/);
    expect((await askedBy('notifications', 'notificationUrl')).join()).toContain('/subscriptions');
    expect((await askedBy('accounts', 'teamsUsers')).join()).toContain('/users');
    await page.getByRole('link', { name: 'Next: Agent' }).press('Enter');
    await isOpen(page, 'agent');
  });

  it('gives the command for the system of the agent, and notices when the agent has come', async () => {
    await fill('Name (optional)', 'cellar');
    await press('New enrolment code');
    await page.getByText(/Valid once, until .*\d\d:\d\d/).waitFor();
    await page.getByText(/^29:\d\d$/).waitFor();
    await page.getByText('Waiting for the agent').waitFor();
    const linux = await copy('Enrolment command');
    expect(linux).toMatch(new RegExp(`^presence-agent enrol ${site.connectorUrl} \\S+$`));
    await page.getByRole('radio', { name: 'Windows' }).check();
    // Nobody has copied this one yet.
    expect(await copy('Enrolment command')).toBe(
      linux.replace(
        'presence-agent',
        'node "C:\\Program Files\\presence-agent\\presence-agent.mjs"',
      ),
    );
    // The folder is closed once it is there, and before the password is in it.
    const onSite = step(page, 'agent').locator('details .how-to > li');
    await step(page, 'agent').getByText('Program and configuration').click();
    await countIs(onSite, 4);
    await onSite.nth(1).getByText('C:\\ProgramData\\presence-agent\\config.toml').waitFor();
    expect(
      await copied(page, () =>
        onSite.nth(2).getByRole('button', { name: 'Copy: Command that closes the folder' }).click(),
      ),
    ).toBe(protectOn('windows'));
    await onSite.nth(3).getByText('C:\\ProgramData\\presence-agent\\pbx-password').waitFor();
    await page.getByRole('radio', { name: 'Linux' }).check();
    await countIs(onSite, 3);
    await shoot(page, 'setup-5-agent');

    const from = Date.now();
    await site.runAgent(linux);
    await page.getByText('The agent cellar has come.').waitFor();
    for (const id of ['agent', 'pbx', 'finish']) await stateOf(page, id, 'done');
    expect(Date.now() - from).toBeLessThan(FIRST_GREEN_MS);
    await lampsAreGreen(site);
  });

  it('ends with where to look next', async () => {
    await page.getByText('8 of 8 steps are done.').waitFor();
    await page.getByRole('link', { name: 'Next: Ready' }).press('Enter');
    await endsWith(page, 'All lamps are green', site);
    await shoot(page, 'setup-6-done');
    await step(page, 'finish').getByRole('link', { name: 'Users' }).press('Enter');
    await page.getByRole('heading', { level: 2, name: 'Users' }).waitFor();
  });

  it('has every other setting in one form, and takes a certificate in place of the secret', async () => {
    await page.goto(`${site.connectorUrl}/admin#setup/settings`);
    await fill('Presence contact on the PBX', 'teams:');
    await page.getByLabel('Further Teams service plans').fill('nonsense');
    await page.getByLabel('Only users with a licence on the PBX').check();
    await page.getByLabel('Keep a timeline for each user').uncheck();
    await page.getByRole('radio', { name: 'a certificate' }).check();
    await page.getByLabel('Certificate (PEM)').fill('nonsense');
    await press('Save');
    await page.getByText('Must be the id of a service plan').waitFor();
    await page.getByText('Must be a certificate in PEM.').waitFor();
    await page.getByText('Must be an unencrypted PKCS #8 private key').waitFor();
    await page.getByLabel('Further Teams service plans').fill(PLANS.join('\n'));
    await page.getByLabel('Certificate (PEM)').fill('-----BEGIN CERTIFICATE-----\nMA==');
    await page.getByLabel('Private key').fill('-----BEGIN PRIVATE KEY-----\nMA==');
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect(await site.other.get('/api/settings')).toMatchObject({
      pbxContact: 'teams:',
      teamsPlans: PLANS,
      requireLicence: true,
      timeline: false,
      certificateSyncToTeams: { set: true },
      clientSecretSyncToTeams: { set: false },
    });
    await page.getByText('A certificate is stored and is not shown again.').waitFor();
    await shoot(page, 'setup-7-settings');
    await page.getByRole('radio', { name: 'a client secret' }).check();
    await fill('ClientSecretSynctoTeams', settings['clientSecretSyncToTeams'] ?? '');
    await page.getByLabel('Further Teams service plans').fill('');
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    const stored = await site.other.get<object>('/api/settings');
    expect(stored).toMatchObject({
      certificateSyncToTeams: { set: false },
      clientSecretSyncToTeams: { set: true },
    });
    expect(stored).not.toHaveProperty('teamsPlans');
  });

  it('shows a wrong PBX name at the step that asks for it', async () => {
    await page.goto(`${site.connectorUrl}/admin#setup/pbx`);
    await fill('Master PBX', 'other');
    await press('Save and check');
    const told = lamp(page, 'pbx', 'pbx', 'error');
    await told.getByText('The agent is connected to pbx, but Master PBX says other.').waitFor();
    await fill('Master PBX', settings['masterPbx'] ?? '');
    await press('Save and check');
    await stateOf(page, 'pbx', 'done');
  });

  it('does not overwrite a connector that somebody else has just created', async () => {
    const url = `${site.origin}/other.example/phones`;
    const elsewhere = admin.context.newPage();
    page = await elsewhere;
    await page.goto(`${url}/admin#setup/settings`);
    await fill('Admin token', site.adminToken);
    await press('Sign in');
    await fill('Master PBX', 'mine');
    for (const [label, key] of IDS) await fill(label, settings[key] ?? '');
    await fill('Notification URL', `https://edge.example.net/other.example/phones/subscriptions`);
    const theirs = createAdmin(url, site.adminToken);
    await theirs.send('PUT', '/api/settings', { ...settings, masterPbx: 'theirs' });
    await press('Create connector');
    await page.getByText('Somebody else saved these settings in the meantime.').waitFor();
    expect(await theirs.get('/api/settings')).toMatchObject({ masterPbx: 'theirs' });
    await press('Put my changes on top');
    await press('Save');
    await page.getByText('Saved.', { exact: true }).waitFor();
    expect(await theirs.get('/api/settings')).toMatchObject({
      masterPbx: 'mine',
      clientSecretSyncToTeams: { set: true },
    });
    await page.close();
  });

  it('broke no rule of its own in all of that', async () => {
    expect(await admin.faults()).toEqual([]);
  });
});
