// Ten thousand users change at once: in Teams, then on the PBX, where calls begin in the middle of it. How
// soon the other side shows all of it, and whether Microsoft ever had to refuse.
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PACE } from '../../edge/connector/bucket.ts';
import { castOf } from '../scenario/cast.ts';
import { eventually } from '../scenario/eventually.ts';
import { setUp } from '../sim/demo/set-up.ts';
import { busiest } from './arrivals.ts';
import { figures } from './figures.ts';
import { untilQuiet } from './quiet.ts';
import { tenantOf } from './tenant.ts';

/** What is promised, in ms: the PBX shows all of it. */
const PBX_LIMIT_MS = 10_000;
const WINDOW_MS = 30_000;
/** So many requests leave in 30 s at most, of the 1,500 that Microsoft takes: those of the pace, and what a rest saved. */
const PACE_LIMIT = PACE.perMs * WINDOW_MS + PACE.burst;
/** A call goes before whatever waits: 95 of 100 show within this, in ms. */
const CALL_LIMIT_MS = 5_000;
const CALLS = 50;
const USERS_AN_ACCOUNT = 650;
/** As many as the simulated Microsoft sends together. */
const ITEMS_A_POST = 20;
const LONG_MS = 600_000;

export async function benchBurst(users: number) {
  const accounts = Math.ceil(users / USERS_AN_ACCOUNT);
  const tenant = tenantOf(users, accounts);
  const demo = await setUp({
    stateDir: resolve('.state/bench'),
    port: 0,
    laboratory: { tenant, pbxUsers: users },
  });
  const { microsoft, pbx } = demo.lab;
  try {
    microsoft.turn({ latencyMs: 0, jitterMs: 0 });
    await castOf(demo).allGreen(LONG_MS);
    await untilQuiet(demo.lab);
    const names = pbx.users().map(({ h323 }) => h323);
    const [talkers, others] = [names.slice(0, CALLS), names.slice(CALLS)];
    const changing = tenant.people.slice(CALLS);

    // Told, not asked: to look at ten thousand again and again would take a processor of its own.
    const left = new Set(others);
    const stop = pbx.on('presence', ({ h323, activity }) => {
      if (activity === 'dnd') left.delete(h323);
      else if (!talkers.includes(h323)) left.add(h323);
    });
    const fromTeams = Date.now();
    for (const [at, { userPrincipalName }] of changing.entries()) {
      microsoft.teams(userPrincipalName).choose('DoNotDisturb');
      // What is encrypted leaves: Microsoft does not keep it back until all have chosen.
      if ((at + 1) % ITEMS_A_POST === 0) await setImmediate();
    }
    await eventually(
      () => left.size,
      (count) => count === 0,
      LONG_MS,
    );
    const toPbxMs = Date.now() - fromTeams;
    stop();
    await untilQuiet(demo.lab);

    const refused = () => microsoft.records.refusals.filter(({ status }) => status === 429).length;
    const refusedBefore = refused();
    microsoft.records.clear();
    const fromPbx = Date.now();
    for (const name of others) pbx.user(name).setPresence('away');
    const calls = await callsBehind(talkers);
    const shown = (upn: string) => microsoft.teams(upn).presence().availability;
    const inTeams = () =>
      changing.filter(({ userPrincipalName }) => shown(userPrincipalName) !== 'Away').length;
    await eventually(inTeams, (left) => left === 0, LONG_MS);
    const toTeamsMs = Date.now() - fromPbx;
    const sent = microsoft.records.requests.filter(({ path }) => /presence/i.test(path));
    const inBusiest = busiest(
      sent.map(({ at }) => at),
      WINDOW_MS,
    );
    return {
      users,
      'all choose in Teams: the PBX shows it after, s': toPbxMs / 1_000,
      'all choose on the PBX: Teams shows it after, s': toTeamsMs / 1_000,
      'calls that begin in the middle of it, ms': figures(calls),
      'requests in the busiest 30 s': inBusiest,
      'refused with 429': refusedBefore + refused(),
      held: {
        'no 429': refusedBefore + refused() === 0,
        'calls first': figures(calls).p95 < CALL_LIMIT_MS,
        pbx: toPbxMs < PBX_LIMIT_MS,
        pace: inBusiest <= PACE_LIMIT,
      },
    };
  } finally {
    await demo.close();
  }

  /** How long it takes until Teams shows each of the calls, which begin once the burst is under way. */
  async function callsBehind(talkers: readonly string[]): Promise<number[]> {
    await eventually(
      () => microsoft.records.requests.length,
      (made) => made > PACE_LIMIT / 5,
      LONG_MS,
    );
    const spans: number[] = [];
    for (const name of talkers) {
      const from = performance.now();
      const shown = new Promise<void>((resolve) => {
        const stop = microsoft.on('presence', ({ activity }) => {
          if (activity !== 'InACall') return;
          stop();
          resolve();
        });
      });
      pbx.user(name).call();
      await shown;
      spans.push(performance.now() - from);
    }
    return spans;
  }
}
