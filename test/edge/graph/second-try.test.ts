// The rules around a Microsoft that refuses some users, or data, run over hours: plan, step, event, plan.
import { describe, expect, test } from 'vitest';
import { type AccountEvent, after } from '../../../edge/graph/account-events.ts';
import { nextStep } from '../../../edge/graph/account-plan.ts';
import type { AccountSpec } from '../../../edge/graph/account-rpc.ts';
import { type AccountState, newAccountState, reportOf } from '../../../edge/graph/account-state.ts';
import type { SubscriptionEvent } from '../../../edge/graph/subscription-event.ts';
import { type TeamsUserId, teamsUserId } from '../../../shared/ids.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const START = 1_000_000_000_000;
const SPEC = {
  accountId: 'x',
  credential: { kind: 'device' },
  notificationUrl: 'https://edge.example/x/subscriptions',
  encryption: { id: 'key-1', certificate: 'DER' },
  watchesUsers: false,
} as AccountSpec;

const users = (count: number): TeamsUserId[] =>
  Array.from({ length: count }, (_, n) => teamsUserId(`user-${n + 1}`));
const FULL = users(650);
const [one, two] = FULL as [TeamsUserId, TeamsUserId];

type Refusal = { code: 'graph-unavailable'; badIds: TeamsUserId[] } | { code: string; final: true };

/** An account, and a Microsoft that a test speaks for. Its clock is moved by `pass` only. */
class Run {
  now = START;
  state: AccountState = newAccountState();
  /** Why Microsoft does not create one for these; `null`: it does. */
  refuses: (userIds: TeamsUserId[], rich: boolean) => Refusal | null = () => null;
  formerIds: TeamsUserId[] = [];
  deletedAt = Number.NEGATIVE_INFINITY;
  readonly log: { at: number; did: string; userIds: TeamsUserId[]; rich: boolean }[] = [];
  #spec: AccountSpec;

  constructor(userIds: TeamsUserId[]) {
    this.#spec = { ...SPEC, userIds };
  }

  configure(change: Partial<AccountSpec>): void {
    this.#spec = { ...this.#spec, ...change };
    const { userIds } = this.#spec;
    this.#happened({ kind: 'configured', sameAccount: true, sameCredentials: true, userIds });
  }

  presence(event: SubscriptionEvent): void {
    this.#happened({ ...event, resource: 'presence' });
  }

  /** Lets time go by, and everything be done that falls due. */
  pass(ms: number): this {
    const end = this.now + ms;
    for (let n = 0; n < 10_000; n += 1) {
      const step = nextStep(this.state, this.#spec, this.now);
      if (step.do === 'wait') {
        if (step.at === null || step.at > end) {
          this.now = end;
          return this;
        }
        expect(step.at, 'a wait for what is over').toBeGreaterThan(this.now);
        this.now = step.at;
      } else this.#does(step);
    }
    throw new Error('It does not come to rest.');
  }

  get subscribed(): TeamsUserId[] {
    return this.state.presence.held?.userIds ?? [];
  }

  get report() {
    return reportOf(this.#spec, this.state, this.now).presence;
  }

  count(did: string): number {
    return this.log.filter((entry) => entry.did === did).length;
  }

  #does(step: Exclude<ReturnType<typeof nextStep>, { do: 'wait' }>): void {
    const { userIds, rich } = { userIds: null, rich: true, ...step };
    this.log.push({ at: this.now, did: step.do, userIds: userIds ?? [], rich });
    const expiresAt = this.now + 59 * MINUTE;
    const encryptionId = rich ? this.#spec.encryption.id : null;
    if (step.do === 'sign-in') {
      this.#happened({ kind: 'signed-in', expiresAt: this.now + 75 * MINUTE });
    } else if (step.do === 'delete') {
      this.formerIds = this.subscribed;
      this.deletedAt = this.now;
      this.presence({ kind: 'deleted' });
    } else if (step.do === 'renew') {
      this.presence({ kind: 'renewed', expiresAt, encryptionId });
    } else if (step.do === 'create') {
      this.#creates(userIds ?? [], rich);
    } else throw new Error(`Nobody does ${step.do}.`);
  }

  #creates(userIds: TeamsUserId[], rich: boolean): void {
    this.presence({ kind: 'create-begun', userIds });
    const refusal = this.refuses(userIds, rich);
    if (refusal) {
      const final = 'final' in refusal;
      const retry = final ? 'never' : 'backoff';
      const failure = { code: refusal.code, detail: 'Said by the test.', retry } as const;
      const badIds = final ? [] : refusal.badIds;
      this.presence({ kind: 'create-failed', failure, badIds });
      return;
    }
    const expiresAt = this.now + 59 * MINUTE;
    const encryptionId = rich ? this.#spec.encryption.id : null;
    const { notificationUrl } = this.#spec;
    this.presence({ kind: 'created', id: 'sub', expiresAt, notificationUrl, encryptionId });
    this.now += SECOND;
  }

  #happened(event: AccountEvent): void {
    this.state = after(this.state, event, { now: this.now, random: 0.5 });
  }
}

const naming = (badIds: TeamsUserId[]): Refusal | null =>
  badIds.length > 0 ? { code: 'graph-unavailable', badIds } : null;
/** Names those of the create who are among these. */
const refusing = (bad: TeamsUserId[]) => (userIds: TeamsUserId[]) =>
  naming(userIds.filter((id) => bad.includes(id)));

describe('a Microsoft that still digests a delete, and names whom it had', () => {
  test.each([5 * SECOND, 2 * MINUTE])('for %i ms: nobody is left out', (digestMs) => {
    const run = new Run(FULL.slice(0, 649)).pass(MINUTE);
    expect(run.subscribed).toHaveLength(649);
    run.refuses = () => naming(run.now - run.deletedAt < digestMs ? run.formerIds : []);
    run.configure({ userIds: FULL });
    run.pass(4 * MINUTE);
    expect(run.subscribed).toEqual(FULL);
    expect(run.report).toMatchObject({ state: 'active', refused: null });
    for (const { did, userIds } of run.log.slice(3)) {
      if (did === 'create') expect(userIds).toHaveLength(650);
    }
  });

  test('for so long that those whom it had are left out: they are tried again within minutes', () => {
    const run = new Run(FULL.slice(0, 649)).pass(MINUTE);
    const end = run.now + 6 * MINUTE;
    run.refuses = (userIds) =>
      naming(run.now < end ? userIds.filter((id) => run.formerIds.includes(id)) : []);
    run.configure({ userIds: FULL });
    run.pass(5 * MINUTE);
    expect(run.subscribed).toEqual([FULL[649]]);
    run.pass(20 * MINUTE);
    expect(run.subscribed).toEqual(FULL);
    expect(run.state.presence.again).toBeNull();
  });
});

describe('a few whom Microsoft refuses', () => {
  test('for seconds: nobody is left out', () => {
    const run = new Run(FULL);
    run.refuses = (userIds) => (run.now < START + 30 * SECOND ? naming(userIds.slice(0, 5)) : null);
    expect(run.pass(2 * MINUTE).subscribed).toEqual(FULL);
  });

  test('for good: all others wait for about a minute', () => {
    const run = new Run(FULL);
    run.refuses = refusing([one]);
    run.pass(90 * SECOND);
    expect(run.subscribed).toEqual(FULL.slice(1));
    const { presence } = run.state;
    expect(run.report).toMatchObject({
      state: 'active',
      refused: {
        userIds: [one],
        fault: {
          code: 'graph-unavailable',
          detail: 'Said by the test.',
          retryAt: presence.again?.at,
        },
      },
    });
  });

  test('are tried again after an hour, then more seldom, at most once a day', () => {
    const run = new Run(FULL);
    run.refuses = refusing([one]);
    run.pass(2 * MINUTE);
    const deletes = () => run.count('delete');
    run.pass(50 * MINUTE);
    expect(deletes()).toBe(0);
    run.pass(20 * MINUTE);
    expect(deletes()).toBe(1);
    run.pass(23 * HOUR);
    expect(deletes()).toBe(4);
    run.pass(10 * 24 * HOUR);
    expect(deletes()).toBeLessThanOrEqual(14);
    // Refused again, they keep nobody out for a second.
    expect(run.subscribed).toEqual(FULL.slice(1));
    const ends = run.log.filter(({ did }) => did === 'delete').map(({ at }) => at);
    for (const end of ends) {
      const back = run.log.find(
        ({ at, did, userIds }) => at >= end && did === 'create' && userIds.length === 649,
      );
      expect(back?.at).toBe(end);
    }
  });

  test('are subscribed when Microsoft takes them', () => {
    const run = new Run(FULL);
    run.refuses = refusing([one]);
    run.pass(2 * MINUTE);
    run.refuses = () => null;
    run.pass(75 * MINUTE);
    expect(run.subscribed).toEqual(FULL);
    expect(run.state.presence).toMatchObject({ excluded: [], again: null, named: null });
  });

  test('are tried at once when an admin asks', () => {
    const run = new Run(FULL);
    run.refuses = refusing([one]);
    run.pass(2 * MINUTE);
    run.refuses = () => null;
    run.presence({ kind: 'asked' });
    expect(run.pass(0).subscribed).toEqual(FULL);
  });

  test('go on being left out over a digest of Microsoft’s that their second try meets', () => {
    const run = new Run(FULL);
    const bad = refusing([one]);
    run.refuses = (userIds) =>
      naming(run.now - run.deletedAt < MINUTE ? run.formerIds : []) ?? bad(userIds);
    run.pass(85 * MINUTE);
    expect(run.count('delete')).toBe(1);
    expect(run.subscribed).toEqual(FULL.slice(1));
  });
});

describe('a new spec, while somebody is left out', () => {
  const leavingOut = (bad: TeamsUserId[]): Run => {
    const run = new Run(FULL.slice(0, 600));
    run.refuses = refusing(bad);
    return run.pass(2 * MINUTE);
  };

  test.each<[string, Partial<AccountSpec>]>([
    ['with the same list', {}],
    ['with fewer users', { userIds: FULL.slice(0, 500) }],
    ['with another key', { encryption: { id: 'key-2', certificate: 'DER' } }],
  ])('%s leaves what stands alone', (_what, change) => {
    const run = leavingOut([one]);
    const creates = run.count('create');
    run.configure(change);
    run.pass(MINUTE);
    expect([run.count('delete'), run.count('create')]).toEqual([0, creates]);
    expect(run.report).toMatchObject({ state: 'active', refused: { userIds: [one] } });
  });

  test('that needs a new subscription tries them once, and makes nobody wait', () => {
    const run = leavingOut([one]);
    run.configure({ userIds: FULL });
    const before = run.log.length;
    run.pass(0);
    const did = run.log.slice(before).map(({ did, userIds }) => [did, userIds.length]);
    expect(did).toEqual([
      ['delete', 0],
      ['create', 650],
      ['create', 649],
    ]);
  });

  test('that needs a new subscription: they go on being named while it is created', () => {
    const run = leavingOut([one]);
    run.presence({ kind: 'deleted' });
    run.presence({ kind: 'create-begun', userIds: FULL.slice(1, 600) });
    expect(run.report).toMatchObject({ state: 'creating', refused: { userIds: [one] } });
    const failure = {
      code: 'graph-timeout',
      detail: 'Said by the test.',
      retry: 'backoff',
    } as const;
    run.presence({ kind: 'create-failed', failure, badIds: [] });
    expect(run.report).toMatchObject({ state: 'failed', refused: { userIds: [one] } });
  });

  test('without them forgets them', () => {
    const run = leavingOut([one]);
    run.configure({ userIds: FULL.slice(1, 600) });
    run.pass(MINUTE);
    expect(run.report).toMatchObject({ state: 'active', refused: null });
    expect(run.count('delete')).toBe(0);
  });
});

describe('a small list', () => {
  test('whose only user is refused: it is said who, and tried again every five minutes', () => {
    const run = new Run([one]);
    run.refuses = refusing([one]);
    run.pass(4 * MINUTE);
    expect(run.report).toMatchObject({ state: 'none', refused: { userIds: [one] } });
    const before = run.count('create');
    run.pass(HOUR);
    expect(run.count('create') - before).toBe(12);
    run.refuses = () => null;
    expect(run.pass(6 * MINUTE).subscribed).toEqual([one]);
  });

  test('one of two: after three minutes the other one is subscribed', () => {
    const run = new Run([one, two]);
    run.refuses = refusing([one]);
    expect(run.pass(2 * MINUTE).subscribed).toEqual([]);
    expect(run.pass(2 * MINUTE).subscribed).toEqual([two]);
  });
});

describe('data, given up after refusals that may have had another reason,', () => {
  const givenUp = (): Run => {
    const run = new Run(FULL);
    run.refuses = () => ({ code: 'graph-bad-request', final: true });
    run.pass(15 * SECOND);
    while (!run.state.presence.basic) run.pass(SECOND);
    run.refuses = () => null;
    return run.pass(MINUTE);
  };
  const encryptionId = (run: Run) => run.state.presence.held?.encryptionId;

  test('is had again after an hour', () => {
    const run = givenUp();
    expect(encryptionId(run)).toBeNull();
    run.configure({});
    run.pass(30 * MINUTE);
    expect([encryptionId(run), run.count('delete')]).toEqual([null, 0]);
    run.pass(HOUR);
    expect(encryptionId(run)).toBe('key-1');
    expect(run.state.presence).toMatchObject({ basic: false, again: null });
  });

  test.each(['resource-data-refused', 'graph-bad-request'])(
    'is asked for more and more seldom where Microsoft goes on saying %s',
    (code) => {
      const run = givenUp();
      run.refuses = (_ids, rich) => (rich ? { code, final: true } : null);
      run.pass(24 * HOUR);
      expect(encryptionId(run)).toBeNull();
      expect(run.count('delete')).toBeLessThanOrEqual(5);
      expect(run.count('delete')).toBeGreaterThanOrEqual(3);
    },
  );
});
