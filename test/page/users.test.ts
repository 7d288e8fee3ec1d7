// Users in a real browser: somebody says "my presence is wrong", and an admin finds out why and mends it.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { becomes, eventually } from '../scenario/eventually.ts';
import { onStage, type Stage } from '../scenario/stage.ts';
import { countIs } from './awaited.ts';
import { CHROMIUM, startBrowser } from './browser.ts';
import { type Admin, openPage, overflow } from './open-page.ts';
import { shoot } from './shoot.ts';

/** In every direction, with tags, and far too long. */
const HOSTILE = `<img src=x onerror=alert(1)>\u202e\u05d0\u05d1 evil \u0627\u0644 "'& ${'W'.repeat(10_000)}`;

const LOOKS = [
  ['en-GB', 1280],
  ['de-DE', 390],
] as const;

describe.skipIf(!CHROMIUM)('the users', () => {
  let stage: Stage;
  let browser: Browser;
  onStage('page-users', (set) => {
    stage = set;
  });
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  describe.each(LOOKS)('in %s at %i px', (language, width) => {
    const german = language === 'de-DE';
    const word = <T extends string | RegExp>(en: T, de: T): T => (german ? de : en);
    /** Each look has somebody of its own who is matched with nobody. */
    const h323 = german ? 'fiona' : 'frank';
    const upn = german ? 'f.unger@example.com' : 'f.young@example.com';
    const inTeams = german ? 'Fiona Unger' : 'Frank Young';
    const onPbx = german ? 'Empfang' : 'Reception';
    let admin: Admin;
    let page: Page;

    const table = () => page.locator('table.users');
    const row = (text: string) => table().getByRole('row').filter({ hasText: text });
    const entries = () => page.locator('.entries tbody tr');

    beforeAll(async () => {
      const { microsoft, pbx } = stage.demo.lab;
      microsoft.addUser({ displayName: inTeams, userPrincipalName: upn });
      pbx.addUser({ h323, cn: onPbx, e164: german ? '331' : '330' });
      admin = await openPage(browser, stage, '#users', { language, width, dark: german });
      page = admin.page;
    });
    afterAll(() => admin?.context.close());

    it('finds who has no partner, by state and by a part of the name', async () => {
      await page.getByLabel(word('Show', 'Anzeigen')).selectOption('unmatched');
      await page.getByLabel(word('Search', 'Suchen')).fill(upn.slice(0, 5).toUpperCase());
      await row(inTeams).getByText(word('No partner', 'Ohne Partner')).waitFor();
      await row(inTeams)
        .getByText(word('No user of the PBX fits.', 'Kein Benutzer der PBX passt.'))
        .waitFor();
      await page.getByText(word('1–1 of 1', '1–1 von 1')).waitFor();
      await countIs(table().getByRole('row'), 2);
      await shoot(page, `${language}-${width}-users-unmatched`);
    });

    it('pairs them by picking from the users of the PBX, by keyboard alone', async () => {
      stage.demo.lab.pbx.user(h323).setPresence('dnd');
      await row(inTeams).getByRole('button').press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(word('Search on the PBX', 'Auf der PBX suchen')).fill(h323);
      await dialog.getByText(word('1 user', '1 Benutzer'), { exact: true }).waitFor();
      await shoot(page, `${language}-${width}-users-picker`);
      await dialog.getByRole('radio', { name: onPbx }).press('Space');
      await page.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await page.getByLabel(word('Show', 'Anzeigen')).selectOption('paired');
      await row(inTeams).getByText(word('by hand', 'von Hand')).waitFor();
    });

    it('then shows the same on both sides, and what was done last', async () => {
      const { microsoft } = stage.demo.lab;
      await becomes(() => microsoft.teams(upn).presence().activity, 'DoNotDisturb');
      const both = row(inTeams).getByText(word('Do not disturb', 'Nicht stören'));
      await eventually(
        () => both.count(),
        (count) => count === 2,
        15_000,
      );
      await row(inTeams).getByText('PBX → Teams').waitFor();
    });

    it('tells on the page of a user what came in, why, what went out, how long it took', async () => {
      await row(inTeams).getByRole('link').click();
      await page.getByRole('heading', { level: 2, name: inTeams }).waitFor();
      await page
        .getByText(
          word(
            'An admin paired these two by hand.',
            'Ein Admin hat diese beiden von Hand einander zugeordnet.',
          ),
        )
        .waitFor();
      const before = await entries().count();
      stage.demo.lab.microsoft.teams(upn).choose('Busy');
      const newest = entries().and(page.locator('[data-reason=teams-chose]')).first();
      await newest.waitFor();
      await newest
        .getByText(word(/chose this in Teams.*Rule R4/, /hat das in Teams gewählt.*Regel R4/))
        .waitFor();
      await newest.getByText(word('To the PBX: Busy', 'An die PBX: Beschäftigt')).waitFor();
      await newest.getByText(word(/on the PBX after \d/, /auf der PBX nach \d/)).waitFor();
      expect(stage.demo.lab.pbx.user(h323).activity()).toBe('busy');
      await expect.poll(() => entries().count(), { timeout: 15_000 }).toBeGreaterThan(before);
      await page.locator('[data-side=pbx]').getByText(word('Busy', 'Beschäftigt')).waitFor();
      await page.locator('[data-side=teams]').getByText(word('Busy', 'Beschäftigt')).waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await shoot(page, `${language}-${width}-user`);
    });

    it('keeps no note of the PBX', async () => {
      stage.demo.lab.pbx.user(h323).setPresence('away', 'a private matter');
      // Our own write comes back meanwhile, and stands above it then.
      await page
        .locator('[data-reason=pbx-chose]')
        .filter({ hasText: word('Away', 'Abwesend') })
        .getByText(word(/in Teams after \d/, /in Teams nach \d/))
        .waitFor();
      expect(await page.content()).not.toContain('private matter');
    });

    it('says that nothing is kept where the timeline is switched off', async () => {
      await stage.demo.admin.send('PATCH', '/api/settings', { timeline: false });
      const { id } = stage.demo.lab.microsoft.user(upn);
      const kept = () => stage.demo.admin.get(`/api/users/${id}/timeline`);
      await becomes(kept, { items: [] });
      await page.reload();
      await page
        .getByText(word('is switched off for this connector', 'für diesen Connector ausgeschaltet'))
        .waitFor();
      const link = page.getByRole('link', {
        name: word('To the settings', 'Zu den Einstellungen'),
      });
      await link.waitFor();
      expect(await link.getAttribute('href')).toBe('#setup/settings');
      await countIs(entries(), 0);
      await stage.demo.admin.send('PATCH', '/api/settings', { timeline: null });
    });

    it('undoes the pairing after asking', async () => {
      await page
        .getByRole('button', { name: word('Undo pairing by hand', 'Zuordnung von Hand aufheben') })
        .press('Enter');
      await page
        .getByRole('dialog')
        .getByRole('button', { name: word('Undo pairing by hand', 'Zuordnung von Hand aufheben') })
        .click();
      await page.getByText(word('Nobody on the PBX.', 'Niemand auf der PBX.')).waitFor();
      await page
        .getByText(
          word('There is no timeline without a pair', 'Ohne Zuordnung gibt es keinen Verlauf'),
        )
        .waitFor();
      const { id } = stage.demo.lab.microsoft.user(upn);
      expect(JSON.stringify(await stage.demo.admin.get('/api/settings'))).not.toContain(id);
    });

    it('pairs a user of the PBX whom nobody in Teams fits from that side too', async () => {
      await page.getByRole('link', { name: word('All users', 'Alle Benutzer') }).click();
      await page.getByLabel(word('Search', 'Suchen')).fill(h323);
      await row(onPbx)
        .getByText(word('No Teams user fits', 'Kein Benutzer in Teams passt'))
        .waitFor();
      await row(onPbx).getByRole('button').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(word('Search in Teams', 'In Teams suchen')).fill(upn);
      await dialog.getByRole('radio', { name: inTeams }).check();
      await dialog.getByRole('button', { name: word('Pair', 'Zuordnen'), exact: true }).click();
      await row(onPbx).getByText(word('by hand', 'von Hand')).waitFor();
      await row(onPbx).getByText(inTeams).waitFor();
    });

    it('says of somebody who is not there that there is nobody', async () => {
      await admin.at('#users/00000000-0000-4000-8000-000000000000');
      await page
        .getByText(word('There is no such user in Teams', 'Diesen Benutzer gibt es in Teams nicht'))
        .waitFor();
    });

    it('lays out names of any kind, and runs none of them', async () => {
      const { microsoft, pbx } = stage.demo.lab;
      const person = microsoft.addUser({
        displayName: HOSTILE,
        userPrincipalName: `hostile-${width}@example.com`,
      });
      pbx.addUser({ h323: `hostile-${width}`, cn: HOSTILE.slice(0, 1000), e164: `9${width}` });
      await admin.at('#users');
      await page.getByLabel(word('Search', 'Suchen')).fill(`hostile-${width}`);
      const found = row(`hostile-${width}@`);
      await found.getByText(word('Paired', 'Zugeordnet')).or(found.getByRole('button')).waitFor();
      expect(await found.textContent()).toContain('<img src=x onerror=alert(1)>');
      const box = await found.boundingBox();
      expect(box?.height).toBeLessThan(600);
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await shoot(page, `${language}-${width}-users-hostile`);
      await admin.at(`#users/${person.id}`);
      await page.locator('.sides').waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      await shoot(page, `${language}-${width}-user-hostile`);
      await page
        .getByRole('button', { name: word(/Pair by hand|another partner/, /Von Hand|Anderen/) })
        .click();
      await page.getByRole('dialog').getByRole('radio').first().waitFor();
      expect(await overflow(page)).toBeLessThanOrEqual(0);
      microsoft.removeUser(person.id);
    });

    it('shows who fits twice, who has no licence, and whom the PBX does not show', async () => {
      const { microsoft, pbx } = stage.demo.lab;
      const twin = german ? 'Zwilling' : 'Twin';
      const unlicensed = german ? 'Nils Niemand' : 'Nick Nobody';
      microsoft.addUser({ displayName: twin, userPrincipalName: `twin-${width}@example.com` });
      for (const n of [1, 2]) pbx.addUser({ h323: `twin${width}-${n}`, cn: twin });
      microsoft.addUser({
        displayName: unlicensed,
        userPrincipalName: `nolicence-${width}@example.com`,
        teams: false,
      });
      pbx.addUser({ h323: `nolicence${width}`, cn: unlicensed });
      pbx.setRights('bob', null);
      await admin.at('#users');
      for (const [state, name, why] of [
        ['ambiguous', twin, word('More than one fits', 'Mehrere passen')],
        ['unlicensed', unlicensed, word('No licence', 'Ohne Lizenz')],
        ['noRights', 'Bob Brown', word('Presence not visible', 'Präsenz nicht sichtbar')],
      ] as const) {
        await page.getByLabel(word('Show', 'Anzeigen')).selectOption(state);
        await row(name).locator('.mark', { hasText: why }).waitFor({ timeout: 30_000 });
        expect(await table().locator('tbody tr').count()).toBeGreaterThan(0);
        await countIs(row('Carol Clark'), 0);
      }
      pbx.setRights('bob', {});
      await page.getByText(word('Nobody fits.', 'Niemand passt.')).waitFor({ timeout: 30_000 });
    });

    it('broke no rule of its own in all of that', async () => {
      expect(await admin.faults()).toEqual([]);
    });
  });
});
