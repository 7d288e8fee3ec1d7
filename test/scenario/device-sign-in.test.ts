// A Teams account whose user has to use a second factor signs in with a code on another device; from
// then on everything works without anybody, until Microsoft ends the sign-in and wants another.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

interface AccountView {
  id: string;
  username?: string;
  state: string;
  users: number;
  message?: string;
  userCode?: string;
  verificationUri?: string;
  expiresAt?: string;
}

let demo: SetUp;
let cast: Cast;
let stateDir: string;
let signedIn: AccountView;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'device-sign-in-'));
  demo = await setUp({ stateDir, port: 0 });
  cast = castOf(demo);
  const { microsoft } = demo.lab;
  // Access tokens so short that each read needs the refresh token.
  microsoft.turn({ devicePollSeconds: 1, accessTokenMinutes: [3, 3] });
  microsoft.changeUser(microsoft.account.username, { signIn: { mfa: true } });
  for (const { id } of await accounts()) await remove(id);
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

const accounts = async () =>
  (await demo.admin.get<{ items: AccountView[] }>('/api/accounts')).items;
const remove = (id: string) => demo.admin.send('DELETE', `/api/accounts/${id}`);
const begin = () => demo.admin.send<AccountView>('POST', '/api/accounts', { signIn: 'device' });
const approve = ({ userCode = '' }: AccountView) =>
  demo.lab.microsoft.approveDeviceCode(userCode, demo.lab.microsoft.account.username);
const stateOf = (id: string) => async () => (await accounts()).find((one) => one.id === id)?.state;

async function changesArriveBothWays(): Promise<void> {
  for (const name of ['alice', 'bob']) await cast.quiet(name);
  cast.teams('alice').choose('Busy');
  await becomes(cast.onPbx('alice'), 'busy');
  cast.pbx('bob').setPresence('dnd');
  await becomes(cast.inTeams('bob'), 'DoNotDisturb/DoNotDisturb');
  await cast.bothSidesEqual();
}

it('a password does not do, and the lamp names the way that does', async () => {
  const { id } = await demo.admin.send<AccountView>(
    'POST',
    '/api/accounts',
    demo.lab.microsoft.account,
  );
  const lamp = await eventually(
    () => cast.lamp('tokenForReading'),
    ({ state }) => state === 'error',
  );
  expect(lamp.message).toMatch(/second factor/);
  expect(lamp.action).toMatch(/with a code/);
  await remove(id);
});

it('waits with a code, also over a crash of the edge', async () => {
  signedIn = await begin();
  expect(signedIn).toMatchObject({
    state: 'waiting',
    verificationUri: 'https://microsoft.com/devicelogin',
  });
  expect(signedIn.userCode).toMatch(/^[A-Z0-9]{9}$/);
  const lifeMs = Date.parse(signedIn.expiresAt ?? '') - Date.now();
  expect(lifeMs).toBeGreaterThan(14 * 60_000);
  expect(lifeMs).toBeLessThanOrEqual(15 * 60_000);
  await eventually(
    () => cast.lamp('tokenForReading'),
    ({ state, message }) => state === 'warning' && /waits/.test(message),
  );
  await demo.restartEdge('kill');
  expect(await accounts()).toEqual([signedIn]);
});

it('the user enters the code: all lamps green, both sides equal', async () => {
  approve(signedIn);
  await cast.allGreen(20_000);
  expect(await accounts()).toMatchObject([
    { id: signedIn.id, username: demo.lab.microsoft.account.username, state: 'active' },
  ]);
  await changesArriveBothWays();
}, 40_000);

it('a declined code and an expired one say what to do, and disturb nobody', async () => {
  const declined = await begin();
  demo.lab.microsoft.declineDeviceCode(declined.userCode ?? '');
  await becomes(stateOf(declined.id), 'error');
  expect((await accounts()).find(({ id }) => id === declined.id)?.message).toMatch(/declined.*new/);
  demo.lab.microsoft.turn({ deviceCodeSeconds: 2 });
  const expired = await begin();
  demo.lab.microsoft.turn({ deviceCodeSeconds: 900 });
  await becomes(stateOf(expired.id), 'expired');
  expect((await accounts()).map(({ id }) => id).sort()).toEqual([signedIn.id, expired.id].sort());
  await changesArriveBothWays();
  await remove(expired.id);
  await cast.allGreen();
}, 30_000);

it('a revoked sign-in turns the lamp red, and signing in again makes all well', async () => {
  demo.lab.microsoft.revokeRefreshTokens(demo.lab.microsoft.account.username);
  await demo.admin.send('POST', '/api/checks/teamsUsers');
  const lamp = await eventually(
    () => cast.lamp('tokenForReading'),
    ({ state }) => state === 'error',
  );
  expect(lamp.message).toMatch(/ended at Microsoft.*request ID/);
  expect(lamp.action).toMatch(/Sign in again .* Teams accounts/);
  expect(await accounts()).toMatchObject([{ id: signedIn.id, state: 'signInAgain' }]);

  demo.lab.microsoft.records.clear();
  const again = await begin();
  approve(again);
  await becomes(
    async () => (await accounts()).map(({ id, state }) => ({ id, state })),
    [{ id: again.id, state: 'active' }],
  );
  await cast.allGreen(20_000);
  await changesArriveBothWays();
  // What Microsoft had ended was not tried again.
  const revoked = demo.lab.microsoft.records.refusals.filter(({ refusal }) =>
    refusal.includes('50173'),
  );
  expect(revoked).toEqual([]);
}, 60_000);
