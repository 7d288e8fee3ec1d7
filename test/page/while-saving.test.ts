// An admin who goes on while something is being saved, which may take most of a minute: what was entered since
// stays, and the page says that it is not saved.
import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { onStage, type Stage } from '../scenario/stage.ts';
import { settingsFor } from '../sim/laboratory.ts';
import { countIs, valueIs } from './awaited.ts';
import { CHROMIUM, openWindow, startBrowser, type Window } from './browser.ts';
import { openPage } from './open-page.ts';

interface Stored {
  masterPbx: string;
  pbxContact: string;
  directions: string;
  mapping: { toPbx?: object };
  overrides: object[];
}

describe.skipIf(!CHROMIUM)('while something is being saved', () => {
  let stage: Stage;
  let browser: Browser;
  let admin: Window;
  let page: Page;
  onStage('page-while-saving', (set) => {
    stage = set;
  });
  beforeAll(async () => {
    browser = await startBrowser();
  });
  beforeEach(() => async () => {
    expect(await admin.faults()).toEqual([]);
    await admin.context.close();
  });
  afterAll(() => browser?.close());

  const open = async (hash: string) => {
    admin = await openPage(browser, stage, hash);
    page = admin.page;
  };
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const field = (name: string) => page.getByLabel(name, { exact: true });
  const settings = () => stage.demo.admin.get<Stored>('/api/settings');
  const isSaved = () => page.getByText('Saved.', { exact: true }).waitFor();

  /**
   * Does what sends such a request, lets the server answer, and `meanwhile` happen before the page sees the answer.
   * @param made in place of the server's answer
   */
  async function during(
    [method, path]: [method: string, path: string],
    send: () => Promise<unknown>,
    meanwhile: () => Promise<unknown>,
    made?: object,
  ): Promise<void> {
    const isIt = (at: Response) => at.request().method() === method && at.url().endsWith(path);
    let release = () => {};
    const released = new Promise<void>((settle) => {
      release = settle;
    });
    let sent = () => {};
    const isSent = new Promise<void>((settle) => {
      sent = settle;
    });
    await page.route(`**${path}`, async (route) => {
      if (route.request().method() !== method) return route.fallback();
      const answer = made ? { status: 201, json: made } : { response: await route.fetch() };
      sent();
      await released;
      await route.fulfill(answer);
    });
    await send();
    await isSent;
    try {
      await meanwhile();
    } finally {
      const came = page.waitForResponse(isIt);
      release();
      await (await came).finished();
      await page.unroute(`**${path}`);
    }
  }

  it('settings that are entered stay, and are said to be not saved', async () => {
    const before = await settings();
    await open('#setup/settings');
    await field('Master PBX').fill('another');
    await during(
      ['PATCH', '/api/settings'],
      () => field('Master PBX').press('Enter'),
      async () => {
        await button('Saving …').waitFor();
        await field('Presence contact on the PBX').fill('teams: ');
        await field('ClientSecretSynctoTeams').fill('half a secr');
      },
    );
    await page
      .getByText('Not saved yet: ClientSecretSynctoTeams, Presence contact on the PBX')
      .waitFor();
    await page.getByRole('navigation').getByText('(unsaved changes)').waitFor();
    await countIs(page.getByText('Saved.', { exact: true }), 0);
    await valueIs(field('Presence contact on the PBX'), 'teams: ');
    await valueIs(field('ClientSecretSynctoTeams'), 'half a secr');
    await valueIs(field('Master PBX'), 'another');
    expect(await settings()).toMatchObject({
      masterPbx: 'another',
      pbxContact: before.pbxContact,
    });

    await field('ClientSecretSynctoTeams').fill('');
    const sent = page.waitForRequest((request) => request.method() === 'PATCH');
    await button('Save').click();
    expect((await sent).postDataJSON()).toEqual({ pbxContact: 'teams:' });
    await isSaved();
    await stage.demo.admin.send('PATCH', '/api/settings', {
      masterPbx: before.masterPbx,
      pbxContact: before.pbxContact,
    });
  });

  it.each([
    ['settings', '#setup/settings'],
    ['a step', '#setup/pbx'],
    ['rules', '#rules'],
  ])('of %s what was sent cannot be discarded, and what came after it can', async (_, hash) => {
    const { masterPbx, directions } = await settings();
    await open(hash);
    const isRules = hash === '#rules';
    const put = (value: string) =>
      isRules ? field('Directions').selectOption(value) : field('Master PBX').fill(value);
    const [first, second] = isRules ? ['teams-to-pbx', 'pbx-to-teams'] : ['one', 'two'];
    await put(first as string);
    await during(
      ['PATCH', '/api/settings'],
      () => button(hash === '#setup/pbx' ? 'Save and check' : 'Save').click(),
      async () => {
        await put(second as string);
        await page.locator('button[aria-disabled=true]', { hasText: 'Discard changes' }).waitFor();
      },
    );
    await page.locator('button[aria-disabled=false]', { hasText: 'Discard changes' }).click();
    await valueIs(field(isRules ? 'Directions' : 'Master PBX'), first as string);
    await countIs(page.getByRole('navigation').getByText('(unsaved changes)'), 0);
    // Said before, and taken back by the changes that were made then.
    await countIs(page.getByText('Saved.', { exact: true }), 0);
    await stage.demo.admin.send('PATCH', '/api/settings', { masterPbx, directions });
  });

  it('a setting that is put back as it was before is not saved either', async () => {
    const { masterPbx } = await settings();
    await open('#setup/pbx');
    await field('Master PBX').fill('another');
    await during(
      ['PATCH', '/api/settings'],
      () => field('Master PBX').press('Enter'),
      () => field('Master PBX').fill(masterPbx),
    );
    await button('Save and check').waitFor();
    await page.getByRole('navigation').getByText('(unsaved changes)').waitFor();
    await valueIs(field('Master PBX'), masterPbx);
    await countIs(page.getByText('Saved.', { exact: true }), 0);
    expect((await settings()).masterPbx).toBe('another');
    await button('Save and check').click();
    await isSaved();
    expect((await settings()).masterPbx).toBe(masterPbx);
  });

  it('what is entered while a connector is created is there, and not saved', async () => {
    const { edge, adminToken, lab } = stage.demo;
    admin = await openWindow(browser, edge.origin);
    page = admin.page;
    await page.goto(`${edge.origin}/new.example/phones/admin#setup/settings`);
    await field('Admin token').fill(adminToken);
    await button('Sign in').click();
    await page.getByRole('radio', { name: /^Polling/ }).check();
    const values = settingsFor(lab) as Record<string, string>;
    for (const [name, key] of [
      ['Master PBX', 'masterPbx'],
      ['ClientIDSynctoTeams', 'clientIdSyncToTeams'],
      ['TenantSynctoTeams', 'tenantSyncToTeams'],
      ['ClientSecretSynctoTeams', 'clientSecretSyncToTeams'],
    ] as const) {
      await field(name).fill(values[key] ?? '');
    }
    await during(
      ['PUT', '/api/settings'],
      () => button('Create connector').click(),
      () => field('Seconds between two polls').fill('30'),
    );
    await page.getByText('The connector is created.').waitFor();
    await page.getByText('Not saved yet: Seconds between two polls').waitFor();
    await valueIs(field('Seconds between two polls'), '30');
    await valueIs(field('ClientSecretSynctoTeams'), '');
    await button('Save').click();
    await isSaved();
  });

  it('rules that are changed stay, and are said to be not saved', async () => {
    await stage.demo.admin.send('PATCH', '/api/settings', {
      overrides: [{ teams: 'nobody@example.com', pbx: 'x' }],
    });
    await open('#rules');
    const row = page.locator('[data-row=busy]').first().getByRole('combobox');
    await row.selectOption('dnd');
    await during(
      ['PATCH', '/api/settings'],
      () => button('Save').click(),
      async () => {
        await button('Saving …').waitFor();
        await field('Directions').selectOption('teams-to-pbx');
        await row.selectOption('away');
      },
    );
    await page.getByText('Not saved yet: Directions, Teams → PBX').waitFor();
    await valueIs(field('Directions'), 'teams-to-pbx');
    await valueIs(row, 'away');
    expect(await settings()).toMatchObject({
      directions: 'both',
      mapping: { toPbx: { Busy: 'dnd' } },
    });
    await button('Save').click();
    await isSaved();
    expect(await settings()).toMatchObject({
      directions: 'teams-to-pbx',
      mapping: { toPbx: { Busy: 'away' } },
    });
    await stage.demo.admin.send('PATCH', '/api/settings', { directions: null, mapping: null });
  });

  it('a pair by hand that is being taken away cannot be kept any more', async () => {
    await stage.demo.admin.send('PATCH', '/api/settings', {
      overrides: [
        { teams: 'nobody@example.com', pbx: 'x' },
        { teams: 'nobody.else@example.com', pbx: 'y' },
      ],
    });
    await open('#rules');
    const list = page.getByRole('region', { name: 'Pairs by hand' }).getByRole('listitem');
    const [gone, other] = [
      list.filter({ hasText: 'nobody@example.com' }),
      list.filter({ hasText: 'nobody.else@example.com' }),
    ];
    await gone.getByRole('button').click();
    await button('Try it out').first().click();
    await during(
      ['PATCH', '/api/settings'],
      () => button('Save').click(),
      async () => {
        await gone.locator('button[aria-disabled=true]').waitFor();
        await other.getByRole('button').click();
      },
    );
    await countIs(gone, 0);
    await other.getByText('will be removed').waitFor();
    await page.getByText('Not saved yet: Pairs by hand').waitFor();
    expect((await settings()).overrides).toEqual([{ teams: 'nobody.else@example.com', pbx: 'y' }]);
    await stage.demo.admin.send('PATCH', '/api/settings', { overrides: null });
  });

  it('the next Teams account that is entered stays', async () => {
    await open('#accounts');
    await field('User name').fill('one@example.com');
    await field('Password').fill('password of one');
    await during(
      ['POST', '/api/accounts'],
      () => field('Password').press('Enter'),
      () => field('User name').fill('two@example.com'),
      { id: 'one', username: 'one@example.com', state: 'active', users: 0 },
    );
    await page.getByRole('status').filter({ hasText: 'one@example.com' }).waitFor();
    await valueIs(field('User name'), 'two@example.com');
    // What was sent is not kept.
    await valueIs(field('Password'), '');
  });

  it('the name of the next agent stays', async () => {
    await open('#agents');
    await field('Name (optional)').fill('cellar');
    await during(
      ['POST', '/api/agents'],
      () => field('Name (optional)').press('Enter'),
      () => field('Name (optional)').fill('attic'),
    );
    await page.locator('.enrolment').waitFor();
    await valueIs(field('Name (optional)'), 'attic');
  });

  it('the name of the next token stays', async () => {
    await open('#access');
    const name = page.locator('form input').first();
    await name.fill('Example Ltd.');
    await during(
      ['POST', '/api/tokens'],
      () => name.press('Enter'),
      () => name.fill('Other Ltd.'),
    );
    await page.locator('.enrolment').waitFor();
    await valueIs(name, 'Other Ltd.');
  });

  it('another partner who is picked for a user is still to be paired', async () => {
    const { microsoft, pbx } = stage.demo.lab;
    for (const [h323, cn] of [
      ['gate', 'Gate'],
      ['barn', 'Barn'],
    ] as const) {
      pbx.addUser({ h323, cn, e164: `39${h323.length}${h323 === 'gate' ? 0 : 1}` });
    }
    const { id } = microsoft.user('tina@example.com');
    await open(`#users/${id}`);
    const dialog = page.getByRole('dialog');
    const pick = dialog.getByRole('radio', { name: /Gate|Barn/ });
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.getByRole('region', { name: 'Pairing' }).getByRole('button').first().click();
          await dialog.getByRole('radio').first().waitFor();
          return pick.count();
        },
        { timeout: 15_000 },
      )
      .toBe(2);
    await dialog.getByRole('radio', { name: 'Gate' }).check();
    await during(
      ['PUT', '/override'],
      () => dialog.getByRole('button', { name: 'Pair', exact: true }).click(),
      () => dialog.getByRole('radio', { name: 'Barn' }).check(),
    );
    await dialog.getByRole('button', { name: 'Pair', exact: true, disabled: false }).waitFor();
    expect(await dialog.getByRole('radio', { name: 'Barn' }).isChecked()).toBe(true);
    await dialog.getByRole('button', { name: 'Pair', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect((await settings()).overrides).toMatchObject([{ pbx: expect.anything() }]);
    await page.locator('main').getByText('Barn').first().waitFor();
    await stage.demo.admin.send('PATCH', '/api/settings', { overrides: null });
  });

  it('a token that is being typed is not written over by the answer to the one before', async () => {
    const { edge, adminToken, connectorUrl } = stage.demo;
    admin = await openWindow(browser, edge.origin);
    page = admin.page;
    await page.goto(`${connectorUrl}/admin`);
    await field('Admin token').fill('a wrong one');
    const half = adminToken.slice(0, 8);
    await during(
      ['POST', '/api/session'],
      () => field('Admin token').press('Enter'),
      () => field('Admin token').fill(half),
    );
    await page.getByText('This token is not valid.').waitFor();
    await page.keyboard.type(adminToken.slice(8));
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
  });
});
