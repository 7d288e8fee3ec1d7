// The rules in a real browser: what a presence means on the other side, who belongs to whom, tried out
// before it is saved, and saved without losing anything when somebody else was faster.
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomes } from '../scenario/eventually.ts';
import { onStage, type Stage } from '../scenario/stage.ts';
import { countIs, isChecked, isFocused, valueIs } from './awaited.ts';
import { CHROMIUM, startBrowser } from './browser.ts';
import { type Admin, openPage, overflow } from './open-page.ts';
import { shoot } from './shoot.ts';

const LOOKS = [
  ['en-GB', 1280],
  ['de-DE', 390],
] as const;

interface Stored {
  matching: string[];
  overrides: { teams: string; pbx: string }[];
  mapping: { toPbx?: object; toTeams?: object };
  directions: string;
}

describe.skipIf(!CHROMIUM)('the rules', () => {
  let stage: Stage;
  let browser: Browser;
  onStage('page-rules', (set) => {
    stage = set;
  });
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  describe.each(LOOKS)('in %s at %i px', (language, width) => {
    const german = language === 'de-DE';
    const word = <T extends string | RegExp>(en: T, de: T): T => (german ? de : en);
    let admin: Admin;
    let page: Page;

    const settings = () => stage.demo.admin.get<Stored>('/api/settings');
    const card = (name: string) => page.getByRole('region', { name, exact: true });
    const button = (name: string, of: Page | ReturnType<typeof card> = page) =>
      of.getByRole('button', { name, exact: true });
    const row = (table: string, key: string) => card(table).locator(`[data-row="${key}"]`);
    const [TO_PBX, TO_TEAMS] = ['Teams → PBX', 'PBX → Teams'];
    const save = async () => {
      await button(word('Save', 'Speichern')).click();
      await page.getByText(word('Saved.', 'Gespeichert.'), { exact: true }).waitFor();
    };

    beforeAll(async () => {
      await stage.cast.everybodyAvailable();
      admin = await openPage(browser, stage, '#rules', { language, width, dark: german });
      page = admin.page;
      await card(TO_PBX).waitFor();
    });
    afterAll(() => admin?.context.close());

    it('shows both tables whole, as they are by default', async () => {
      await countIs(card(TO_PBX).locator('[data-row]'), 17);
      await countIs(card(TO_TEAMS).locator('[data-row]'), 7);
      await countIs(page.locator('.own'), 0);
      await card(TO_TEAMS)
        .getByText(word('In a call, for as long as it lasts', 'In einem Anruf, solange er dauert'))
        .waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await shoot(page, `${language}-${width}-rules`);
    });

    it('saves another row, marks it, and the presence comes out differently', async () => {
      const { cast } = stage;
      await cast.quiet('alice');
      await row(TO_PBX, 'busy').getByRole('combobox').selectOption('dnd');
      await row(TO_PBX, 'busy').getByText(word('changed', 'geändert'), { exact: true }).waitFor();
      await page
        .getByText(word('Not saved yet: Teams → PBX', 'Noch nicht gespeichert: Teams → PBX'))
        .waitFor();
      await save();
      expect((await settings()).mapping).toEqual({ toPbx: { Busy: 'dnd' } });
      cast.teams('alice').choose('Busy');
      await becomes(cast.onPbx('alice'), 'dnd');
      await row(TO_TEAMS, 'lunch').getByRole('combobox').selectOption('BeRightBack/BeRightBack');
      await save();
      cast.pbx('bob').setPresence('lunch');
      await becomes(cast.inTeams('bob'), 'BeRightBack/BeRightBack');
      await shoot(page, `${language}-${width}-rules-changed`);
    });

    it('resets one row, and all of a table', async () => {
      await page
        .getByRole('button', {
          name: word(/^Reset to the default: Busy/, /^Auf den Standard zurücksetzen: Besch/),
        })
        .press('Enter');
      await valueIs(row(TO_PBX, 'busy').getByRole('combobox'), 'busy');
      await button(word('Reset all rows', 'Alle Zeilen zurücksetzen'), card(TO_TEAMS)).click();
      await save();
      const { mapping } = await settings();
      expect(mapping).toEqual({ toPbx: {}, toTeams: {} });
      await countIs(page.locator('.own'), 0);
      await stage.demo.admin.send('PATCH', '/api/settings', { mapping: null });
    });

    it('tries another matching out before it can be saved: who gains, who loses', async () => {
      await page.reload();
      await card(TO_PBX).waitFor();
      const name = word('Display name', 'Anzeigename');
      await page.getByRole('checkbox', { name }).uncheck();
      await countIs(button(word('Save', 'Speichern')), 0);
      const trying = card(word('What this would change', 'Was das ändern würde'));
      await button(word('Try it out', 'Ausprobieren'), trying).press('Enter');
      await trying.getByText(word(/lose theirs|loses theirs/, /Ihren verlieren: [1-9]/)).waitFor();
      const erik = trying.getByRole('row').filter({ hasText: 'Erik Ek' });
      await erik
        .getByText(word('No user of the PBX fits.', 'Kein Benutzer der PBX passt.'))
        .waitFor();
      expect((await settings()).matching).toContain('displayName');
      await shoot(page, `${language}-${width}-rules-dry-run`);

      // Changed again, it has to be tried again.
      await page.getByRole('checkbox', { name: word('SIP name', 'SIP-Name') }).check();
      await button(word('Try it out', 'Ausprobieren'), trying).waitFor();
      await countIs(button(word('Save', 'Speichern')), 0);
      await button(word('Discard changes', 'Änderungen verwerfen')).click();
      await isChecked(page.getByRole('checkbox', { name }));
    });

    it('moves a step by keyboard, keeps the focus, and saves the new order', async () => {
      const up = word('Move up: Display name', 'Nach oben: Anzeigename');
      await page.getByRole('button', { name: up }).press('Enter');
      await isFocused(page.getByRole('button', { name: up }));
      const tried = page.waitForResponse((answer) => answer.url().includes('/matching/dry-run'));
      await button(word('Try it out', 'Ausprobieren')).first().click();
      expect((await tried).status()).toBe(200);
      await save();
      expect((await settings()).matching).toEqual(['override', 'displayName', 'email']);
      await stage.demo.admin.send('PATCH', '/api/settings', { matching: null });
    });

    it('loses nothing where another admin was faster, and says what they changed', async () => {
      await page.reload();
      await page.getByLabel(word('Directions', 'Richtungen')).selectOption('teams-to-pbx');
      await row(TO_PBX, 'away').getByRole('combobox').selectOption('lunch');
      await stage.demo.admin.send('PATCH', '/api/settings', {
        mapping: { toPbx: { Focusing: 'dnd' } },
      });
      await button(word('Save', 'Speichern')).click();
      await page
        .getByText(word('Somebody else saved other rules', 'hat jemand anderes Regeln gespeichert'))
        .waitFor();
      expect((await settings()).directions).toBe('both');
      await valueIs(row(TO_PBX, 'focusing').getByRole('combobox'), 'dnd');
      await valueIs(row(TO_PBX, 'away').getByRole('combobox'), 'lunch');
      // A look at another part takes nothing away either.
      const nav = page.getByRole('navigation');
      await nav.getByRole('link', { name: word('Users', 'Benutzer') }).click();
      await nav.getByRole('link', { name: word('Rules', 'Regeln') }).click();
      await save();
      const { directions, mapping } = await settings();
      expect({ directions, mapping }).toEqual({
        directions: 'teams-to-pbx',
        mapping: { toPbx: { Focusing: 'dnd', Away: 'lunch' } },
      });
      await stage.demo.admin.send('PATCH', '/api/settings', { mapping: null, directions: null });
    });

    it('does not take an answer that comes late for news from somebody else', async () => {
      let late = () => {};
      const held = new Promise<void>((resolve) => {
        late = resolve;
      });
      await page.reload();
      const directions = page.getByLabel(word('Directions', 'Richtungen'));
      await directions.waitFor();
      const isRead = (request: Request) => request.method() === 'GET';
      await page.route('**/api/settings', async (route) => {
        if (!isRead(route.request())) return route.continue();
        const answer = await route.fetch();
        await held;
        await route.fulfill({ response: answer });
      });
      const nav = page.getByRole('navigation');
      const asked = page.waitForRequest('**/api/settings');
      await nav.getByRole('link', { name: word('Users', 'Benutzer') }).click();
      await nav.getByRole('link', { name: word('Rules', 'Regeln') }).click();
      await asked;
      await directions.selectOption('teams-to-pbx');
      await save();
      const came = page.waitForResponse(
        (answer) => answer.url().endsWith('/api/settings') && isRead(answer.request()),
      );
      late();
      await (await came).finished();
      await page.unroute('**/api/settings');
      await directions.selectOption('pbx-to-teams');
      await save();
      expect((await settings()).directions).toBe('pbx-to-teams');
      await stage.demo.admin.send('PATCH', '/api/settings', { directions: null });
    });

    it('does not bother an admin with what others saved that is no rule', async () => {
      await page.reload();
      await page.getByLabel(word('Directions', 'Richtungen')).selectOption('pbx-to-teams');
      await stage.demo.admin.send('PATCH', '/api/settings', { pollSeconds: german ? 7 : 8 });
      await save();
      await stage.demo.admin.send('PATCH', '/api/settings', { directions: null });
    });

    it('lists the pairs by hand with the people they are about, and takes them away', async () => {
      const { microsoft, pbx } = stage.demo.lab;
      const h323 = german ? 'fax' : 'door';
      pbx.addUser({ h323, cn: german ? 'Faxgerät' : 'Front door', e164: german ? '341' : '340' });
      const { id } = microsoft.user('tina@example.com');
      await stage.demo.admin.send('PATCH', '/api/settings', {
        overrides: [
          { teams: 'TINA@example.com', pbx: h323 },
          { teams: 'nobody@example.com', pbx: 'x' },
        ],
      });
      const list = card(word('Pairs by hand', 'Zuordnungen von Hand'));
      const tina = list.getByRole('listitem').filter({ hasText: 'Tina Teams-Only' });
      await expect
        .poll(
          async () => {
            await page.reload();
            await tina.waitFor();
            return tina.textContent();
          },
          { timeout: 15_000 },
        )
        .toContain(german ? 'Faxgerät' : 'Front door');
      await list
        .getByText(word('Nobody in Teams is called so.', 'Niemand in Teams heißt so.'))
        .waitFor();
      await tina.getByRole('button').click();
      await tina.getByText(word('will be removed', 'wird entfernt')).waitFor();
      await button(word('Try it out', 'Ausprobieren')).first().click();
      const trying = card(word('What this would change', 'Was das ändern würde'));
      await trying.getByRole('row').filter({ hasText: 'Tina' }).waitFor();
      await save();
      expect((await settings()).overrides).toEqual([{ teams: 'nobody@example.com', pbx: 'x' }]);
      const page1 = await stage.demo.admin.get<{ state: string }>(`/api/users/${id}`);
      expect(page1).toMatchObject({ teams: { id } });
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await stage.demo.admin.send('PATCH', '/api/settings', { overrides: null });
    });

    it('broke no rule of its own in all of that', async () => {
      expect(await admin.faults()).toEqual([]);
    });
  });
});
