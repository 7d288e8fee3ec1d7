// Microsoft stops telling whoever answers it slowly: the webhook answers at once also while Graph, or the agent,
// says nothing any more, and what it was told meanwhile shows afterwards.
import { afterEach, expect, it } from 'vitest';
import type { SetUp } from '../sim/demo/set-up.ts';
import { type Cast, NAMES } from './cast.ts';
import { eventually } from './eventually.ts';
import { onStage } from './stage.ts';

/** Whoever waited for Graph or the agent would take seconds; the figures are those of `npm run bench`. */
const AT_ONCE_MS = 1_000;
const ROUNDS = ['Busy', 'DoNotDisturb', 'Away', 'Busy'] as const;
/** An agent that was silent dials again, and a Graph that hung is asked every few seconds. */
const GREEN_WITHIN_MS = 20_000;

let demo: SetUp;
let cast: Cast;
onStage('webhook-unhurt', (stage) => {
  ({ demo, cast } = stage);
});
afterEach(() => {
  demo.lab.microsoft.turn({ graphDown: false });
  demo.agent.kill('SIGCONT');
});

const told = () => demo.lab.microsoft.records.notifications;

it.each<[string, () => void, () => void]>([
  [
    'Graph answers nothing',
    () => demo.lab.microsoft.turn({ graphDown: 'hang' }),
    () => demo.lab.microsoft.turn({ graphDown: false }),
  ],
  [
    'the agent says nothing',
    () => void demo.agent.kill('SIGSTOP'),
    () => void demo.agent.kill('SIGCONT'),
  ],
])('%s', { timeout: 60_000 }, async (_, begins, ends) => {
  await cast.everybodyAvailable();
  demo.lab.microsoft.records.clear();
  begins();
  for (const [round, status] of ROUNDS.entries()) {
    for (const name of NAMES) cast.teams(name).choose(status);
    const all = (round + 1) * NAMES.length;
    await eventually(
      () => told().flatMap(({ items }) => items).length,
      (items) => items >= all,
    );
  }
  expect(told().map(({ status }) => status)).toEqual(told().map(() => 202));
  expect(Math.max(...told().map(({ ms }) => ms))).toBeLessThan(AT_ONCE_MS);
  ends();
  await cast.allGreen(GREEN_WITHIN_MS);
  await cast.bothSidesEqual();
  expect(NAMES.map((name) => cast.onPbx(name)())).toEqual(NAMES.map(() => 'busy'));
});
