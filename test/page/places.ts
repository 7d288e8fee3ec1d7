// Every page that somebody can come to, for whoever looks at all of them: the accessibility checks and
// `npm run screenshots`. A new page needs one line here.
import type { Page } from 'playwright-core';
import type { Figures } from '../../edge/connector/rpc.ts';
import { eventually } from '../scenario/eventually.ts';
import { type Admin, admin } from '../sim/demo/admin.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { settingsFor } from '../sim/laboratory.ts';

/** An edge with a connector that works, and one that does not. */
export interface Grounds {
  setUp: SetUp;
  origin: string;
  adminToken: string;
  /** Where everything is green, and people are at work. */
  working: string;
  /** Where much is to be done. */
  troubled: string;
  close(): Promise<void>;
}

export interface Place {
  /** Of its screenshots too. */
  name: string;
  url(grounds: Grounds): string;
  /** The sign-in itself is what is looked at. */
  signedOut?: true;
  /** What shows that it is open, where no link to it is marked as the current one. */
  sign?: string;
  /** What is done there before it is looked at. */
  then?(page: Page, grounds: Grounds): Promise<unknown>;
}

const part = (name: string, hash = name, then?: Place['then']): Place => ({
  name,
  url: ({ working }) => `${working}/admin#${hash}`,
  ...(then ? { then } : {}),
});

export const PLACES: readonly Place[] = [
  { name: 'sign-in', url: ({ working }) => `${working}/admin`, signedOut: true },
  part('overview'),
  part('setup'),
  ...['source', 'pbx', 'reading', 'notifications', 'writing', 'accounts'].map((step) =>
    part(`setup-${step}`, `setup/${step}`),
  ),
  { ...part('setup-settings', 'setup/settings'), sign: 'main a[href="#setup"]' },
  part('setup-agent', 'setup/agent', async (page) => {
    await page.locator('details summary').click();
    await page.locator('form button[type=submit]').last().click();
    await page.locator('.enrolment').waitFor();
  }),
  part('users'),
  part('user', 'users', async (page) => {
    await page.locator('.user-link', { hasText: 'Alice' }).click();
    await page.locator('.entries tbody tr').first().waitFor();
  }),
  part('pair-by-hand', 'users', async (page) => {
    await page.locator('table.users button').first().click();
    await page.locator('.offer').first().waitFor();
  }),
  part('rules'),
  part('rules-try-out', 'rules', async (page) => {
    await page.locator('.step input').nth(2).uncheck();
    await page.locator('.try-out button').click();
    await page.locator('.try-out tbody tr').first().waitFor();
  }),
  part('accounts'),
  part('agents', 'agents', async (page) => {
    await page.locator('form button[type=submit]').click();
    await page.locator('.enrolment').waitFor();
  }),
  part('access', 'access', async (page) => {
    await page.locator('form input').first().fill('Example Ltd.');
    await page.locator('form button').first().click();
    await page.locator('.copyable').waitFor();
  }),
  { name: 'setup-to-do', url: ({ troubled }) => `${troubled}/admin#setup/writing` },
  { name: 'all-connectors', url: ({ origin }) => `${origin}/admin` },
  { name: 'overview-to-do', url: ({ troubled }) => `${troubled}/admin#overview` },
  { name: 'new-connector', url: ({ origin }) => `${origin}/new.example/microsoft365/admin` },
];

/** @param stateDir emptied first */
export async function startGrounds(stateDir: string): Promise<Grounds> {
  const grounds = await setUp({ stateDir, port: 0 });
  const { origin } = grounds.edge;
  const { adminToken, lab } = grounds;
  const troubled = `${origin}/customer.example/phones`;
  await admin(troubled, adminToken).send('PUT', '/api/settings', {
    ...settingsFor(lab),
    notificationUrl: 'https://nobody.example.net/customer.example/phones/subscriptions',
    clientSecretSyncToTeams: 'expired',
  });
  await untilGreen(grounds.admin);
  await someWork(grounds);
  return {
    setUp: grounds,
    origin,
    adminToken,
    working: grounds.connectorUrl,
    troubled,
    close: () => grounds.close(),
  };
}

/** Opens a place, signs in where that is asked for, and waits until it is all there. */
export async function goTo(page: Page, place: Place, grounds: Grounds): Promise<void> {
  // A part of the page that is open is turned to, as an admin does; anything else is loaded anew.
  const isOpen = documentOf(page.url()) === documentOf(place.url(grounds));
  if (!isOpen) await page.goto('about:blank');
  await page.goto(place.url(grounds));
  const signIn = page.locator('input[name=token]');
  const work = page.locator('main:not(.sign-in) h2');
  await signIn.or(work).first().waitFor();
  if (!place.signedOut && (await signIn.isVisible())) {
    await signIn.fill(grounds.adminToken);
    await signIn.press('Enter');
    await work.first().waitFor();
  }
  const { hash } = new URL(place.url(grounds));
  const marked = hash === '' ? undefined : `a[aria-current][href="${hash}"]`;
  const sign = place.sign ?? marked;
  if (sign) await page.locator(sign).waitFor();
  await place.then?.(page, grounds);
  await isAllThere(page);
}

const documentOf = (url: string): string => url.split('#', 1).join();

/** Nothing on the page is still being asked for. */
export const isAllThere = (page: Page): Promise<void> =>
  page
    .locator('.muted, .guide-state')
    .filter({ hasText: '…' })
    .first()
    .waitFor({ state: 'detached' });

/** A minute is what an admin may have to wait for the first green. */
const GREEN_MS = 60_000;

const untilGreen = (desk: Admin) =>
  eventually(
    () => desk.get<{ state: string }[]>('/api/status'),
    (lamps) => lamps.every(({ state }) => state === 'ok'),
    GREEN_MS,
  );

/** So that lists and charts have something to show. */
async function someWork({ lab, admin: desk }: SetUp): Promise<void> {
  lab.microsoft.teams('alice@example.com').choose('Busy');
  lab.microsoft.teams('bob@example.com').choose('Away');
  lab.pbx.user('carol').setPresence('dnd');
  await eventually(
    async () => {
      const { teamsToPbx, pbxToTeams } = await desk.get<Figures>('/api/figures');
      return [teamsToPbx.hour.count, pbxToTeams.hour.count];
    },
    ([toPbx = 0, toTeams = 0]) => toPbx >= 2 && toTeams >= 1,
  );
}
