// The US Government clouds, end to end: no notifications, so the edge polls; tokens, scopes and origins
// are that cloud's; and where preferred presence is not offered, calls are shown all the same.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { type Cast, castOf } from './cast.ts';
import { becomes, eventually } from './eventually.ts';

const CLOUDS = [
  ['usgov', 'https://graph.microsoft.us/.default', '9953b155-8aef-4c56-92f3-72b0487fce41'],
  ['usgov-dod', 'https://dod-graph.microsoft.us/.default', 'fd500458-c24c-478e-856c-a6067a8376cd'],
] as const;

describe.each(CLOUDS)('%s', (cloud, scope, teamsPlan) => {
  let demo: SetUp;
  let cast: Cast;
  let stateDir: string;

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), `${cloud}-`));
    demo = await setUp({
      stateDir,
      port: 0,
      laboratory: { cloud, tenant: { accounts: 0, moreRoles: ['User.Read.All'], teamsPlan } },
      settings: {
        cloud,
        source: 'poll',
        pollSeconds: 2,
        // A domain name: its tenant is found at this cloud's login.
        tenantSyncToTeams: 'example.com',
        notificationUrl: '',
        clientIdSyncToPbx: '',
        tenantSyncToPbx: '',
      },
    });
    cast = castOf(demo);
    await cast.allGreen();
  }, 60_000);

  afterAll(async () => {
    await demo?.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('both sides show the same, in both directions', async () => {
    await cast.bothSidesEqual();
    cast.teams('alice').choose('Busy');
    await becomes(cast.onPbx('alice'), 'busy');
    cast.pbx('bob').setPresence('dnd');
    await becomes(cast.inTeams('bob'), 'DoNotDisturb/DoNotDisturb');
    cast.pbx('carol').call();
    await becomes(cast.inTeams('carol'), 'Busy/InACall');
    cast.pbx('carol').hangUp();
    await cast.bothSidesEqual();
  });

  it("tokens are asked for this cloud's Graph, by nobody but the app, and nobody subscribes", () => {
    const { requests, refusals } = demo.lab.microsoft.records;
    const tokens = requests.filter(({ path }) => path.endsWith('/token'));
    expect(tokens.length).toBeGreaterThan(0);
    for (const { body } of tokens) {
      expect(body).toMatchObject({ grant_type: 'client_credentials', scope });
    }
    expect(requests.filter(({ path }) => path.includes('/subscriptions'))).toEqual([]);
    // That the app may not read its own registration is no fault.
    expect(refusals.filter(({ path }) => !path.includes('/applications'))).toEqual([]);
  });

  it.each([400, 404, 405, 501] as const)(
    'preferred presence that is refused with %i is a lamp that says so, and calls are shown',
    async (status) => {
      demo.lab.microsoft.turn({ preferredRefused: status });
      cast.pbx('dora').setPresence('dnd');
      const lamp = await eventually(
        () => cast.lamp('sync'),
        ({ state }) => state === 'warning',
      );
      expect(lamp.message).toMatch(/global cloud only\. Calls are still shown.*Next try at/);
      cast.pbx('carol').call();
      await becomes(cast.inTeams('carol'), 'Busy/InACall');
      cast.pbx('carol').hangUp();
      await becomes(cast.inTeams('carol'), 'Available/Available');
      demo.lab.microsoft.turn({ preferredRefused: false });
      await demo.admin.send('POST', '/api/checks/sync');
      await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
      cast.pbx('dora').setPresence('');
      await cast.allGreen();
      await cast.bothSidesEqual();
    },
  );
});
