// The main job with all the real processes: edge on workerd, agent, tunnel, and both simulators.
import { describe, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { listeningPorts } from '../sim/network/listening-ports.ts';
import type { Cast } from './cast.ts';
import { becomes } from './eventually.ts';
import { onStage } from './stage.ts';

let demo: SetUp;
let cast: Cast;
onStage('main-job', (stage) => {
  ({ demo, cast } = stage);
});

const pbx = (name: string) => cast.pbx(name);
const teams = (name: string) => cast.teams(name);
const inTeams = (name: string) => cast.inTeams(name);
const onPbx = (name: string) => cast.onPbx(name);
const quiet = (name: string) => cast.quiet(name);

describe('after the set-up', () => {
  it('every lamp is green', async () => {
    expect((await cast.lamps()).filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('the agent listens at no port', async () => {
    expect(await listeningPorts(demo.agent.pid)).toEqual([]);
    // The simulators are in this process, and listen.
    const { port } = new URL(demo.lab.microsoft.origin);
    expect(await listeningPorts(process.pid)).toContain(Number(port));
  });

  it('users are paired by address and by name, and the others are listed with the reason', async () => {
    const { items, counts } = await demo.admin.get<{
      items: { state: string; matchedBy?: string; reason?: string; pbx?: { sip: string } }[];
      counts: Record<string, number>;
    }>('/api/users');
    const paired = items.filter(({ state }) => state === 'paired');
    expect(paired.map(({ pbx: user, matchedBy }) => [user?.sip, matchedBy]).sort()).toEqual([
      ['alice', 'email'],
      ['bob', 'email'],
      ['carol', 'email'],
      ['dora', 'email'],
      ['erik', 'displayName'],
    ]);
    expect(counts).toMatchObject({ paired: 5 });
    const alone = items.filter(({ state }) => state === 'unmatched');
    expect(alone.every(({ reason }) => reason && reason.length > 10)).toBe(true);
  });
});

describe("the original product's own check", () => {
  it('Teams Available → Busy shows busy on the PBX', async () => {
    await quiet('alice');
    teams('alice').choose('Busy');
    await becomes(onPbx('alice'), 'busy');
  });

  it('PBX Available → Busy shows Busy in Teams', async () => {
    await quiet('bob');
    pbx('bob').setPresence('busy');
    await becomes(inTeams('bob'), 'Busy/Busy');
    pbx('bob').setPresence('');
    await becomes(inTeams('bob'), 'Available/Available');
  });
});

describe('Teams → PBX, row by row', () => {
  const rows = [
    ['Away', 'Away', 'away'],
    ['BeRightBack', 'BeRightBack', 'away'],
    ['Available', 'OutOfOffice', 'away'],
    ['Busy', 'Busy', 'busy'],
    ['Busy', 'Focusing', 'busy'],
    ['DoNotDisturb', 'DoNotDisturb', 'dnd'],
    ['DoNotDisturb', 'UrgentInterruptionsOnly', 'dnd'],
    ['Busy', 'InAMeeting', 'meeting'],
    ['Busy', 'InACall', 'on-the-phone'],
    ['Busy', 'InAConferenceCall', 'on-the-phone'],
    ['DoNotDisturb', 'Presenting', 'on-the-phone'],
    ['Available', 'Available', ''],
    ['Available', 'AvailableInactive', ''],
    ['Away', 'Inactive', ''],
    ['Offline', 'Offline', ''],
    ['Offline', 'OffWork', ''],
    ['PresenceUnknown', 'PresenceUnknown', ''],
    ['Available', 'SomethingNew', ''],
  ] as const;

  it.each(rows)('%s/%s shows as "%s"', async (availability, activity, shown) => {
    // From another state, so that the row is seen to be reached.
    teams('carol').show(
      shown === 'away'
        ? { availability: 'Busy', activity: 'Busy' }
        : { availability: 'Away', activity: 'Away' },
    );
    await becomes(onPbx('carol'), shown === 'away' ? 'busy' : 'away');
    teams('carol').show({ availability, activity });
    await becomes(onPbx('carol'), shown);
  });
});

describe('PBX → Teams, row by row', () => {
  const rows = [
    ['busy', 'Busy/Busy'],
    ['meeting', 'Busy/Busy'],
    ['dnd', 'DoNotDisturb/DoNotDisturb'],
    ['away', 'Away/Away'],
    ['lunch', 'Away/Away'],
    ['vacation', 'Away/Away'],
  ] as const;

  it.each(rows)('"%s" shows as %s, and available takes it back', async (activity, shown) => {
    pbx('dora').setPresence(activity);
    await becomes(inTeams('dora'), shown);
    expect(pbx('dora').activity()).toBe(activity);
    pbx('dora').setPresence('');
    await becomes(inTeams('dora'), 'Available/Available');
  });
});

describe('a call on the PBX', () => {
  it.each(['phone:', 'tel:'])(
    'at contact %s shows In a call, and ends with the call',
    async (contact) => {
      await quiet('erik');
      teams('erik').reset();
      const call = pbx('erik').call({ contact });
      await becomes(inTeams('erik'), 'Busy/InACall');
      call.hangUp();
      await becomes(inTeams('erik'), 'Available/Available');
      expect(pbx('erik').onThePhone()).toBe(false);
    },
  );
});

describe('a call in Teams', () => {
  it('covers what the PBX showed, and gives it back', async () => {
    await quiet('alice');
    teams('alice').reset();
    pbx('alice').setPresence('away');
    await becomes(inTeams('alice'), 'Away/Away');
    teams('alice').show({ availability: 'Busy', activity: 'InACall' });
    await becomes(onPbx('alice'), 'on-the-phone');
    teams('alice').show(null);
    await becomes(onPbx('alice'), 'away');
    expect(inTeams('alice')()).toBe('Away/Away');
  });
});
