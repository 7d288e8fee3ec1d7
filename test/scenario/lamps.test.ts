// Each thing that can be wrong is a lamp that names it and says what to do; when it is put right, the
// lamp is green again and both sides are equal.
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAgent } from '../sim/demo/agent-process.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { settingsFor } from '../sim/laboratory.ts';
import type { Cast, LampView } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onStage } from './stage.ts';

let demo: SetUp;
let cast: Cast;
let stateDir: string;
let lines: string[];
onStage('lamps', (stage) => {
  ({ demo, cast, stateDir, lines } = stage);
});

const check = (lamp: string) => demo.admin.send<LampView>('POST', `/api/checks/${lamp}`);
const patch = (change: Record<string, unknown>) =>
  demo.admin.send('PATCH', '/api/settings', change);
const right = () => settingsFor(demo.lab);

async function turns(lamp: string, state: string, saying: RegExp): Promise<void> {
  const seen = await eventually(
    () => cast.lamp(lamp),
    (one) => one.state === state && saying.test(`${one.message} ${one.action}`),
  );
  if (state === 'error') expect(seen.action).not.toBe('');
}

async function wellAgain(): Promise<void> {
  await cast.allGreen();
  await cast.bothSidesEqual();
}

/** Tokens asked for since; a wrong password or secret is tried once, not in a loop. */
const tokenRequests = (grant: string) =>
  demo.lab.microsoft.records.requests.filter(
    ({ path, body }) => path.endsWith('/token') && JSON.stringify(body).includes(grant),
  ).length;

describe('the app that writes to Teams', () => {
  it('a wrong client secret is named, tried once, and well again when corrected', async () => {
    demo.lab.microsoft.records.clear();
    await patch({ clientSecretSyncToTeams: 'wrong~secret' });
    await turns('tokenForWriting', 'error', /secret/);
    cast.teams('alice').choose('Busy');
    cast.pbx('bob').setPresence('dnd');
    await turns('tokenForWriting', 'error', /secret/);
    expect(tokenRequests('client_credentials')).toBe(1);
    await patch({ clientSecretSyncToTeams: demo.lab.microsoft.clientSecret });
    await wellAgain();
  });

  it('an expired client secret is named as expired', async () => {
    const [secret] = demo.lab.microsoft.app(demo.lab.microsoft.clientIdSyncToTeams).secrets;
    if (!secret) throw new Error('The app has no secret.');
    const { expiresAt } = secret;
    secret.expiresAt = Date.now() - 1;
    await patch({ clientSecretSyncToTeams: demo.lab.microsoft.clientSecret });
    await turns('tokenForWriting', 'error', /expired/);
    secret.expiresAt = expiresAt;
    await check('tokenForWriting');
    await wellAgain();
  });

  /** What is wrong with the app's sign-in, how it is put right, and what the lamp says of it. */
  const app = () => demo.lab.microsoft.app(demo.lab.microsoft.clientIdSyncToTeams);
  const UNKNOWN_APP = '00000000-0000-4000-8000-0000000000aa';
  const faults: [string, () => unknown, () => unknown, RegExp][] = [
    [
      'a client id that no app has',
      () => patch({ clientIdSyncToTeams: UNKNOWN_APP }),
      () => patch({ clientIdSyncToTeams: right()['clientIdSyncToTeams'] }),
      /no app with this client ID.*ClientIDSynctoTeams/,
    ],
    [
      'a number nobody knows',
      () => Object.assign(app(), { blockedBy: 99_999 }),
      () => Object.assign(app(), { blockedBy: null }),
      /AADSTS99999.*Service principal sign-ins/,
    ],
    [
      'a tenant in another cloud',
      () => Object.assign(demo.lab.microsoft.tenant(), { nationalCloud: 'MicrosoftOnline.US' }),
      () => Object.assign(demo.lab.microsoft.tenant(), { nationalCloud: null }),
      /another cloud of Microsoft: microsoftonline\.us \(AADSTS90038\).*usgov/,
    ],
    [
      'a tenant in China',
      () => Object.assign(demo.lab.microsoft.tenant(), { nationalCloud: 'MicrosoftOnline.CN' }),
      () => Object.assign(demo.lab.microsoft.tenant(), { nationalCloud: null }),
      /China \(21Vianet\), which has no presence API/,
    ],
  ];
  it.each(faults)('%s is named, and well again when put right', async (_, spoil, mend, saying) => {
    await spoil();
    await check('tokenForWriting');
    await turns('tokenForWriting', 'error', saying);
    expect((await cast.lamp('tokenForWriting')).message).toMatch(
      /It is not tried again by itself\. \(Microsoft's request ID: [0-9a-f-]{36}\)$/,
    );
    await mend();
    await check('tokenForWriting');
    await check('tokenForReading');
    await wellAgain();
  });

  it.each([50033, 50087, 90006, 90012, 90024, 90033, 90055, 50196])(
    'AADSTS%i passes: the lamp is yellow, says when it is tried again, and gets well by itself',
    async (number) => {
      app().blockedBy = number;
      await check('tokenForWriting');
      await turns('tokenForWriting', 'warning', /Next try at .*tried again by itself/);
      app().blockedBy = null;
      await wellAgain();
    },
  );

  it.each([429, 503, 'cut'] as const)(
    'a login that answers %s is a warning that passes',
    async (how) => {
      demo.lab.microsoft.turn({ loginDown: how });
      await check('tokenForWriting');
      const saying = how === 429 ? /sign in less often/ : /sign-in service has trouble/;
      await turns('tokenForWriting', 'warning', saying);
      cast.teams('alice').choose('Busy');
      demo.lab.microsoft.turn({ loginDown: false });
      await wellAgain();
    },
  );

  it('a missing permission to write is named with the permission, and what waited is written after', async () => {
    app().roles.delete('Presence.ReadWrite.All');
    await check('tokenForWriting');
    cast.pbx('dora').setPresence('dnd');
    await turns('sync', 'error', /presence could not be written.*Presence\.ReadWrite\.All/);
    app().roles.add('Presence.ReadWrite.All');
    await check('sync');
    await wellAgain();
    expect(cast.inTeams('dora')()).toBe('DoNotDisturb/DoNotDisturb');
    cast.pbx('dora').setPresence('');
    await wellAgain();
  });

  it('a secret that ends soon is told beforehand where the app may read its registration', async () => {
    const [secret] = app().secrets;
    if (!secret) throw new Error('The app has no secret.');
    const { expiresAt } = secret;
    const anew = () => patch({ clientSecretSyncToTeams: demo.lab.microsoft.clientSecret });
    secret.expiresAt = Date.now() + 10 * 86_400_000;
    await anew();
    await wellAgain();
    app().roles.add('Application.Read.All');
    await anew();
    await turns(
      'tokenForWriting',
      'warning',
      /expires on 20\d\d-\d\d-\d\d \(days left: 9\).*New client secret/,
    );
    secret.expiresAt = expiresAt;
    await anew();
    await wellAgain();
    app().roles.delete('Application.Read.All');
  });

  it('a missing secret and an unknown tenant are named', async () => {
    await patch({ clientSecretSyncToTeams: null });
    await turns('settings', 'error', /secret/);
    await patch({
      clientSecretSyncToTeams: demo.lab.microsoft.clientSecret,
      tenantSyncToTeams: '00000000-0000-4000-8000-000000000000',
    });
    await turns('tokenForWriting', 'error', /tenant/);
    await patch({ tenantSyncToTeams: right()['tenantSyncToTeams'] });
    await wellAgain();
  });
});

describe('the Teams account', () => {
  /** Adds the account anew, as an admin does after putting something right. */
  async function addAgain(password: string): Promise<void> {
    const { items } = await demo.admin.get<{ items: { id: string }[] }>('/api/accounts');
    for (const { id } of items) await demo.admin.send('DELETE', `/api/accounts/${id}`);
    const { username } = demo.lab.microsoft.account;
    await demo.admin.send('POST', '/api/accounts', { username, password });
  }

  it('a wrong password is named and tried once: accounts lock', async () => {
    demo.lab.microsoft.records.clear();
    await addAgain('wrong password');
    await turns('tokenForReading', 'error', /password/i);
    await check('teamsUsers');
    cast.pbx('carol').setPresence('away');
    expect(tokenRequests('password')).toBe(1);
    await addAgain(demo.lab.microsoft.account.password);
    await wellAgain();
  });

  const username = () => demo.lab.microsoft.account.username;
  const signIn = (change: Record<string, unknown>) =>
    demo.lab.microsoft.changeUser(username(), { signIn: change });
  const app = () => demo.lab.microsoft.app(demo.lab.microsoft.clientIdSyncToPbx);
  const faults: [string, () => void, () => void, RegExp][] = [
    [
      'a demanded second factor',
      () => signIn({ mfa: true }),
      () => signIn({ mfa: false }),
      /factor/,
    ],
    [
      'an expired password',
      () => signIn({ passwordExpired: true }),
      () => signIn({ passwordExpired: false }),
      /expired/,
    ],
    [
      'Conditional Access',
      () => signIn({ blockedBy: 53003 }),
      () => signIn({ blockedBy: null }),
      /Conditional Access/,
    ],
    [
      'a missing consent',
      () => void app().delegated.delete('Presence.Read.All'),
      () => void app().delegated.add('Presence.Read.All'),
      /consent/,
    ],
    [
      'public client flows that are off',
      () => void Object.assign(app(), { publicClient: false }),
      () => void Object.assign(app(), { publicClient: true }),
      /public client flows/,
    ],
  ];
  const more: typeof faults = [
    [
      'a password that is missing',
      () => signIn({ password: null }),
      () => signIn({ password: demo.lab.microsoft.account.password }),
      /no password at Microsoft.*Reset password/,
    ],
    [
      'a disabled account',
      () => demo.lab.microsoft.changeUser(username(), { accountEnabled: false }),
      () => demo.lab.microsoft.changeUser(username(), { accountEnabled: true }),
      /is disabled.*Account enabled/,
    ],
    [
      'an account that is not assigned to the app',
      () => void Object.assign(app(), { assigned: new Set() }),
      () => void Object.assign(app(), { assigned: null }),
      /assigned.*Users and groups → Add user\/group/,
    ],
    [
      'an app that the tenant does not have',
      () => void Object.assign(app(), { blockedBy: 700016 }),
      () => void Object.assign(app(), { blockedBy: null }),
      /no app with this client ID.*ClientIDSynctoPbx/,
    ],
  ];
  it.each([...faults, ...more])(
    '%s is named, and well again when put right',
    async (_, spoil, mend, saying) => {
      spoil();
      await addAgain(demo.lab.microsoft.account.password);
      await turns('tokenForReading', 'error', saying);
      mend();
      await check('tokenForReading');
      await wellAgain();
    },
  );

  it('a login in trouble is a warning, and it gets well by itself', async () => {
    demo.lab.microsoft.turn({ loginDown: 503 });
    await addAgain(demo.lab.microsoft.account.password);
    await turns(
      'tokenForReading',
      'warning',
      /Next try at .*sign-in service|sign-in service.*Next try/,
    );
    demo.lab.microsoft.turn({ loginDown: false });
    await wellAgain();
  });

  it('a missing permission to read the users is named, and they are read when it is granted', async () => {
    for (const route of ['GET /users', 'GET /users/delta']) {
      demo.lab.microsoft.fail({ route, times: -1, status: 403 });
    }
    await check('teamsUsers');
    await turns(
      'teamsUsers',
      'error',
      /read the users.*Next try at.*Delegated permissions: User\.Read\.All/,
    );
    demo.lab.microsoft.heal();
    await check('teamsUsers');
    await wellAgain();
  });

  it('that is locked is named, and left alone: each further try may lock it for longer', async () => {
    const { username, password } = demo.lab.microsoft.account;
    const { signIn: known } = demo.lab.microsoft.user(username);
    known.lockedUntil = Date.now() + 3_600_000;
    demo.lab.microsoft.records.clear();
    await addAgain(password);
    await turns('tokenForReading', 'warning', /locked.*passes by itself/i);
    await check('teamsUsers');
    await check('sync');
    cast.pbx('carol').setPresence('away');
    await becomes(cast.inTeams('carol'), 'Away/Away');
    await turns('tokenForReading', 'warning', /locked/);
    expect(tokenRequests('password')).toBe(1);
    known.lockedUntil = 0;
    cast.pbx('carol').setPresence('');
    await addAgain(password);
    await wellAgain();
  });

  it('no account at all is named', async () => {
    const { items } = await demo.admin.get<{ items: { id: string }[] }>('/api/accounts');
    for (const { id } of items) await demo.admin.send('DELETE', `/api/accounts/${id}`);
    await turns('tokenForReading', 'error', /account/);
    await demo.admin.send('POST', '/api/accounts', demo.lab.microsoft.account);
    await wellAgain();
  });
});

describe('the notification URL', () => {
  it('that Microsoft cannot reach is named', async () => {
    const { origin } = demo.edge;
    demo.lab.microsoft.setHosts({});
    demo.lab.microsoft.removeHost('edge.example.net');
    const other = 'https://elsewhere.example.net/example.com/microsoft365/subscriptions';
    await patch({ notificationUrl: other });
    await turns('notificationUrl', 'error', /reach/);
    demo.lab.microsoft.setHosts({ 'edge.example.net': origin });
    await patch({ notificationUrl: right()['notificationUrl'] });
    await wellAgain();
  });
});

describe('on site', () => {
  it('a Master PBX that is not the name of the PBX is named with both names', async () => {
    await patch({ masterPbx: 'other' });
    await turns('pbx', 'error', /pbx.*other/);
    await patch({ masterPbx: demo.lab.pbx.name });
    await wellAgain();
  });

  it('a wrong PBX password, an absent PBX and an absent agent are named', async () => {
    const toml = await readFile(demo.configFile, 'utf8');
    await writeFile(demo.configFile, toml.replace(demo.lab.pbx.password, 'wrong'));
    await demo.restartAgent();
    await turns('pbx', 'error', /login.*password/);
    await writeFile(demo.configFile, toml.replace(/ws:\/\/[^/]+/, 'ws://127.0.0.1:1'));
    await demo.restartAgent();
    await turns('pbx', 'error', /reach/);
    demo.agent.kill('SIGTERM');
    await turns('agent', 'error', /not connected/);
    await writeFile(demo.configFile, toml);
    await demo.restartAgent();
    await wellAgain();
  });

  it('an agent with the key of another is refused, and both its log and the lamp say what to do', async () => {
    const file = join(stateDir, 'agent', 'identity.json');
    const identity = await readFile(file, 'utf8');
    const { privateKey: otherPair } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { kty, crv, x, y, d } = otherPair.export({ format: 'jwk' });
    const privateKey = { kty, crv, x, y, d };
    await writeFile(file, JSON.stringify({ ...JSON.parse(identity), privateKey }));
    lines.length = 0;
    await demo.restartAgent();
    await turns('agent', 'error', /not connected.*log.*enrol/);
    const said = () => lines.filter((line) => /^\[agent\].*refuses this agent.*enrol/.test(line));
    await eventually(said, ({ length }) => length === 1);
    // A new enrolment is taken up without a restart.
    const { code } = await demo.admin.send<{ code: string }>('POST', '/api/agents', {});
    await runAgent(['enrol', demo.connectorUrl, code, '--config', demo.configFile]);
    await wellAgain();
    expect(said()).toHaveLength(1);
  });
});
