// How long one change takes on a quiet system, as figures and as ratios within the run.
import { resolve } from 'node:path';
import { type Cast, castOf, NAMES } from '../scenario/cast.ts';
import { becomes } from '../scenario/eventually.ts';
import { setUp } from '../sim/demo/set-up.ts';
import { type Arrival, watch } from '../sim/demo/watch.ts';
import { type Figures, figures, ratio } from './figures.ts';

/** What is promised, in ms: half of the changes, and 95 of 100. */
const LIMITS = { 'Teams → PBX': { p50: 50, p95: 250 }, 'PBX → Teams': { p50: 50, p95: 300 } };

/** @param changes how many are made, half of them on each side */
export async function benchLatency(changes: number) {
  const demo = await setUp({ stateDir: resolve('.state/bench'), port: 0 });
  const cast = castOf(demo);
  const arrivals: Arrival[] = [];
  watch(demo.lab, (arrival) => arrivals.push(arrival));
  try {
    // Microsoft's own delay is not ours to measure.
    demo.lab.microsoft.turn({ latencyMs: 0 });
    await cast.allGreen();
    const healthz = await repeat(changes, () => fetch(`${demo.edge.origin}/healthz`));
    await changeEverything(cast, changes);
    const spans = (direction: Arrival['direction']) =>
      figures(arrivals.filter((one) => one.direction === direction).map(({ ms }) => ms));
    const isWithin = (direction: Arrival['direction']) => {
      const [span, limit] = [spans(direction), LIMITS[direction]];
      return span.n > 0 && span.p50 < limit.p50 && span.p95 < limit.p95;
    };
    const delivered = demo.lab.microsoft.records.notifications;
    const webhook = figures(delivered.flatMap(({ status, ms }) => (status === 202 ? [ms] : [])));
    return {
      'GET /healthz, the bare answer, ms': healthz,
      'webhook, checked and stored, ms': webhook,
      'webhook / healthz': ratio(webhook, healthz),
      'Teams → PBX, notification to SetPresence, ms': spans('Teams → PBX'),
      'PBX → Teams, event to Graph request, ms': spans('PBX → Teams'),
      held: {
        'Teams → PBX': isWithin('Teams → PBX'),
        'PBX → Teams': isWithin('PBX → Teams'),
      },
    };
  } finally {
    await demo.close();
  }
}

/** Each person by turns on either side; the next change waits until the last one has arrived. */
async function changeEverything(cast: Cast, changes: number): Promise<void> {
  for (let n = 0; n < changes / 2; n += 1) {
    const name = NAMES[n % NAMES.length] ?? 'alice';
    const busy = Math.floor(n / NAMES.length) % 2 === 0;
    cast.teams(name).choose(busy ? 'Busy' : 'DoNotDisturb');
    await becomes(cast.onPbx(name), busy ? 'busy' : 'dnd');
    cast.pbx(name).setPresence(busy ? 'away' : '');
    await becomes(cast.inTeams(name), busy ? 'Away/Away' : 'Available/Available');
  }
}

async function repeat(times: number, act: () => Promise<Response>): Promise<Figures> {
  const spans: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const began = performance.now();
    await (await act()).text();
    spans.push(performance.now() - began);
  }
  return figures(spans);
}
