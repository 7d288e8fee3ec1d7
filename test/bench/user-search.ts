// How long an admin waits for what they type, where there are twenty thousand users: of an edge that has
// been searched before, of one that just started, and right after the list changed.
import { resolve } from 'node:path';
import { eventually } from '../scenario/eventually.ts';
import { setUp } from '../sim/demo/set-up.ts';
import { figures, ratio } from './figures.ts';
import { processorMs } from './process-figures.ts';

const TIMES = 10;
/** Processor time is counted in hundredths of a second: many share them. */
const MANY = 50;

interface Counts {
  counts: Record<string, number>;
}

export async function benchUserSearch({ users }: { users: number }) {
  const people = Array.from({ length: users }, (_, at) => ({
    displayName: `User ${at + 1}`,
    userPrincipalName: `user${at + 1}@example.com`,
  }));
  const demo = await setUp({
    stateDir: resolve('.state/bench'),
    port: 0,
    laboratory: {
      tenant: { people, accounts: 0, moreRoles: ['User.Read.All'] },
      pbxUsers: users,
    },
    settings: { source: 'poll', pollSeconds: 300 },
  });
  try {
    demo.lab.microsoft.turn({ latencyMs: 0, jitterMs: 0 });
    const paired = () => demo.admin.get<Counts>('/api/users?state=unmatched');
    await eventually(paired, ({ counts }) => counts['paired'] === users, 300_000);
    await quiet();

    const small = await spans(() => demo.admin.get('/api/audit'));
    const warm = await spans((n) => demo.admin.get(`/api/users?query=user${n}`));
    const cost = await processorTime(() => demo.admin.get('/api/users?query=user1234'));
    const listCost = await processorTime(() => demo.admin.get('/api/users'));
    const changed: number[] = [];
    for (let n = 1; n <= TIMES; n += 1) {
      demo.lab.pbx.addUser({ h323: `new${n}`, cn: `Newcomer ${n}` });
      changed.push(await firstSpan(`newcomer ${n}`));
    }
    const cold = await spans(
      (n) => demo.admin.get(`/api/users?query=user${n}`),
      async () => {
        await demo.restartEdge('close');
        // The object is awake and has read its settings; nobody has asked for users.
        await demo.admin.get('/api/audit');
      },
    );
    return {
      users,
      'a small answer, ms': small,
      'a search, ms': warm,
      'the first search after a change, ms': figures(changed),
      'the first search after a start, ms': cold,
      'a search, ms of processor time': cost,
      'the first page of everybody, ms of processor time': listCost,
      'a search, in small answers': ratio(warm, small),
      'the first search, in searches': ratio(cold, warm),
    };
  } finally {
    await demo.close();
  }

  /** How long the first search took that found somebody. */
  async function firstSpan(text: string): Promise<number> {
    let span = 0;
    const search = async () => {
      const from = performance.now();
      const page = await demo.admin.get<{ items: object[] }>(
        `/api/users?query=${encodeURIComponent(text)}`,
      );
      span = performance.now() - from;
      return page;
    };
    await eventually(search, ({ items }) => items.length > 0);
    return span;
  }

  async function processorTime(ask: () => Promise<unknown>): Promise<number> {
    const from = await processorMs(demo.edge.pid);
    for (let n = 0; n < MANY; n += 1) await ask();
    return Math.round(((await processorMs(demo.edge.pid)) - from) / MANY);
  }

  async function quiet() {
    await eventually(
      () => demo.admin.get<{ id: string; state: string }[]>('/api/status'),
      (lamps) => lamps.every(({ state }) => state === 'ok'),
      300_000,
    );
  }

  async function spans(
    ask: (n: number) => Promise<unknown>,
    before: (n: number) => Promise<unknown> = async () => undefined,
  ): Promise<ReturnType<typeof figures>> {
    const all: number[] = [];
    for (let n = 1; n <= TIMES; n += 1) {
      await before(n);
      const from = performance.now();
      await ask(n);
      all.push(performance.now() - from);
    }
    return figures(all);
  }
}
