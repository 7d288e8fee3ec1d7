// The guided set-up in German on a phone: from an empty connector to all lamps green, with a Teams account
// that signs in by a code; then from notifications to polling.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectOn } from '../../edge/page/agents/on-site.ts';
import { settingsFor } from '../sim/laboratory.ts';
import { copied, countIs } from './awaited.ts';
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
} from './guide.ts';
import { type Site, startSite } from './site.ts';

let browser: Browser;
beforeAll(async () => {
  if (CHROMIUM) browser = await startBrowser();
}, 60_000);
afterAll(() => browser?.close());

describe.skipIf(!CHROMIUM)('the set-up in German at 390 px', () => {
  let site: Site;
  let admin: Window;
  let page: Page;
  let settings: Record<string, string>;
  const tap = (name: string) => page.getByRole('button', { name, exact: true }).click();
  const fill = (label: string, value: string) =>
    page.getByLabel(label, { exact: true }).fill(value);
  const fits = async (name: string) => {
    expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(390);
    await shoot(page, `einrichtung-${name}`);
  };

  beforeAll(async () => {
    site = await startSite();
    settings = settingsFor(site.lab) as Record<string, string>;
    admin = await openWindow(browser, site.origin, { language: 'de-DE', width: 390, height: 844 });
    page = admin.page;
  }, 60_000);
  afterAll(() => site?.close());

  it('asks for the settings one step after the other', async () => {
    await page.goto(`${site.connectorUrl}/admin`);
    await fill('Admin-Token', site.adminToken);
    await tap('Anmelden');
    await page.getByRole('heading', { level: 2, name: 'Einrichtung' }).waitFor();
    await isOpen(page, 'source');
    await fits('1-quelle');
    await tap('Weiter');
    await fill('Master PBX', 'pbx.example.com');
    await tap('Weiter');
    await page.getByText('Ein PBX-Name hat keinen Punkt').waitFor();
    await fits('2-pbx');
    await fill('Master PBX', settings['masterPbx'] ?? '');
    await tap('Weiter');
    await isOpen(page, 'reading');
    await fits('3-lesen');
    await fill('ClientIDSynctoPbx', settings['clientIdSyncToPbx'] ?? '');
    await fill('TenantSynctoPbx', settings['tenantSyncToPbx'] ?? '');
    await tap('Weiter');
    await fill('Notification URL', settings['notificationUrl'] ?? '');
    await fits('4-adresse');
    await tap('Weiter');
    await fill('ClientIDSynctoTeams', settings['clientIdSyncToTeams'] ?? '');
    await fill('TenantSynctoTeams', settings['tenantSyncToTeams'] ?? '');
    await fill('ClientSecretSynctoTeams', settings['clientSecretSyncToTeams'] ?? '');
    await tap('Connector anlegen');
    await lamp(page, 'writing', 'tokenForWriting', 'ok').waitFor();
    await stateOf(page, 'writing', 'done');
    await fits('5-schreiben');
    await page.getByRole('link', { name: 'Weiter: Teams-Konten verwalten' }).click();
    await isOpen(page, 'accounts');
  });

  it('signs a Teams account in with a code, and notices when that has happened', async () => {
    const { microsoft } = site.lab;
    microsoft.turn({ devicePollSeconds: 1 });
    await page.getByRole('radio', { name: 'Mit einem Code' }).check();
    await tap('Code holen');
    const row = page.getByRole('listitem').filter({ hasText: 'Neues Konto' }).last();
    await row.getByText('Wartet auf die Anmeldung').waitFor();
    await row.getByText(/^1[45]:\d\d$/).waitFor();
    // Somebody is at it: that is nothing to worry about.
    await countIs(page.locator('[data-state=attention]'), 0);
    const link = row.getByRole('link', { name: 'microsoft.com/devicelogin' });
    expect(await link.getAttribute('href')).toBe('https://microsoft.com/devicelogin');
    await fits('6-code');
    const code = await copied(page, () => row.getByRole('button', { name: 'Kopieren' }).click());
    microsoft.approveDeviceCode(code, microsoft.account.username);
    const done = page.getByRole('listitem').filter({ hasText: microsoft.account.username });
    await done.getByText('Aktiv', { exact: true }).waitFor();
    for (const id of ['reading', 'notifications', 'accounts']) await stateOf(page, id, 'done');
    await page.getByRole('link', { name: 'Weiter: Agent' }).click();
  });

  it('is green soon after the agent has come', async () => {
    await page.getByText('Programm und Konfiguration').click();
    await fill('Adresse der PBX', '192.0.2.10');
    await page.getByText('wss://192.0.2.10/PBX0/APPS/websocket').waitFor();
    await page.getByRole('radio', { name: 'Windows' }).check();
    await page.getByText('bevor im Ordner dieser Datei ein Geheimnis liegt').waitFor();
    const closing = page.getByRole('button', { name: 'Kopieren: Befehl, der den Ordner sperrt' });
    expect(await copied(page, () => closing.click())).toBe(protectOn('windows'));
    await fits('7-agent-windows');
    await page.getByRole('radio', { name: 'Linux' }).check();
    await tap('Neuer Registrierungscode');
    const copy = page.getByRole('button', { name: 'Kopieren: Befehl zum Registrieren' });
    const command = await copied(page, () => copy.click());
    await fits('7-agent');
    const from = Date.now();
    await site.runAgent(command);
    await page.getByText(/^Der Agent .* ist da\.$/).waitFor();
    for (const id of ['agent', 'pbx', 'finish']) await stateOf(page, id, 'done');
    expect(Date.now() - from).toBeLessThan(FIRST_GREEN_MS);
    await lampsAreGreen(site);
    await page.getByText('8 von 8 Schritten sind erledigt.').waitFor();
    await page.getByRole('link', { name: 'Weiter: Fertig' }).click();
    await endsWith(page, 'Alle Lampen sind grün', site);
    await fits('8-fertig');
  });

  it('changes to polling, which needs another permission, and says which', async () => {
    await openStep(page, 'source');
    await page.getByRole('radio', { name: /^Abfragen/ }).check();
    await countIs(page.locator('[data-step]'), 5);
    await tap('Speichern');
    await page.getByText('Gespeichert.', { exact: true }).waitFor();
    await stateOf(page, 'writing', 'attention');
    await openStep(page, 'writing');
    await page.getByRole('button', { name: 'Kopieren: User.Read.All' }).waitFor();
    const told = lamp(page, 'writing', 'teamsUsers', 'error');
    await told.getByText('Anwendungsberechtigungen: User.Read.All').waitFor();
    await fits('9-abfragen');
    site.lab.microsoft.app(site.lab.microsoft.clientIdSyncToTeams).roles.add('User.Read.All');
    await tap('Jetzt prüfen');
    for (const id of ['writing', 'finish']) await stateOf(page, id, 'done');
    await lampsAreGreen(site);
  });

  it('broke no rule of its own in all of that', async () => {
    expect(await admin.faults()).toEqual([]);
  });
});
