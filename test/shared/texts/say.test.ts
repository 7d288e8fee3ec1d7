import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../edge/connector/lamp-facts.ts';
import { lampsOf } from '../../../edge/connector/lamps.ts';
import { LAMP_IDS } from '../../../shared/lamps.ts';
import { DE } from '../../../shared/texts/de.ts';
import { EN, type TextCode } from '../../../shared/texts/en.ts';
import { languageOf } from '../../../shared/texts/language.ts';
import { isTextCode, say } from '../../../shared/texts/say.ts';
import { QUIET, USERNAME, withSettings } from './facts.ts';

const CODES = Object.keys(EN) as TextCode[];
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, n = '']) => n);

test('both languages have the same codes', () => {
  expect(Object.keys(DE).toSorted()).toEqual(CODES.toSorted());
});

describe.each(CODES)('%s', (code) => {
  test('says the same in both languages, with the same things to fill in', () => {
    expect(names(DE[code].message).toSorted()).toEqual(names(EN[code].message).toSorted());
    expect(names(DE[code].action).toSorted()).toEqual(names(EN[code].action).toSorted());
    expect(DE[code].action === '').toBe(EN[code].action === '');
    for (const text of [EN[code].message, DE[code].message]) expect(text).toMatch(/[.}]$/);
    // What a code says specially is said in the same terms of the same thing.
    const [plain = ''] = code.split('.');
    if (code.includes('.')) expect(isTextCode(plain), plain).toBe(true);
  });
});

describe('a sentence', () => {
  test('is filled from the params', () => {
    expect(say('en', 'paired', { count: 5 })).toEqual({
      message: 'Paired users: 5.',
      action: '',
    });
  });

  test('whose param is missing shows that, and nothing is filled twice', () => {
    expect(say('en', 'pbx-unreachable', {}).message).toBe('The agent cannot reach the PBX ?.');
    expect(say('en', 'pbx-unreachable', { name: '{detail}', detail: 'x' }).message).toBe(
      'The agent cannot reach the PBX {detail}.',
    );
  });

  test('about an account without a name says so', () => {
    expect(say('en', 'account-locked', { who: '' }).message).toContain('(new account)');
    expect(say('de', 'account-locked', { who: '' }).message).toContain('(neues Konto)');
  });

  test('ends with when it is tried again, and with what the support of Microsoft asks for', () => {
    const params = { retryAt: Date.UTC(2026, 0, 1, 12, 30, 5), requestId: 'r-1' };
    expect(say('en', 'graph-throttled', params).message).toBe(
      "Microsoft asks us to slow down: too many requests in this tenant. Next try at 12:30:05 UTC. (Microsoft's request ID: r-1)",
    );
    expect(say('de', 'no-such-code', { ...params, detail: 'Weg.' }).message).toBe(
      'Weg. Nächster Versuch um 12:30:05 UTC. (Anfrage-ID bei Microsoft: r-1)',
    );
  });

  test.each([
    ['a bare fact', 'AADSTS50055', 'ann has to sign in again: AADSTS50055.'],
    ['a sentence', 'Nobody has signed in.', 'ann has to sign in again: Nobody has signed in.'],
  ])('has one full stop, whether its detail is %s', (_, detail, message) => {
    expect(say('en', 'sign-in-demanded', { who: 'ann', detail }).message).toBe(message);
  });

  test('has none before a bracket that closes it', () => {
    const detail = 'Graph, GET /v1.0/users: 404.';
    expect(say('en', 'graph-not-found', { detail }).message).toBe(
      'Microsoft Graph does not know what was asked for (Graph, GET /v1.0/users: 404).',
    );
  });

  test('uses the wording for what it is about, the most special one first', () => {
    const about = (words: string) => say('en', 'consent-missing', { about: words }).message;
    expect(about('certificate poll app')).toBe(EN['consent-missing.poll'].message);
    expect(about('certificate subscribe app')).toBe(EN['consent-missing.app'].message);
    expect(about('nothing known')).toBe(EN['consent-missing'].message);
  });

  test('tells the code behind another one in its place', () => {
    const params = { count: 2, why: 'graph-forbidden', about: 'write', detail: '403' };
    const { message, action } = say('de', 'sync-failing', params);
    expect(message).toBe(
      `Benutzer, deren Präsenz nicht geschrieben werden konnte: 2. ${DE['graph-forbidden.write'].message}`,
    );
    expect(action).toBe(DE['graph-forbidden.write'].action);
  });

  test.each(['no-such-code', 'constructor', '__proto__', 'toString'])(
    'without words of its own (%s) speaks through its detail',
    (code) => {
      expect(isTextCode(code)).toBe(false);
      expect(say('de', code, { detail: 'It is gone.' })).toEqual({
        message: 'It is gone.',
        action: '',
      });
      expect(say('de', code).message).toBe(code);
    },
  );
});

describe('every lamp has all its words', () => {
  const accountId = 'a1';
  const username = USERNAME;
  const fault = (code: string) => ({ code, detail: 'AADSTS1', retryAt: null });
  const failed = (code: string) => ({ state: 'failed', fault: fault(code) }) as const;
  const none = { state: 'none' } as const;
  const quiet = QUIET;
  const writeFault = (code: string) => ({
    code,
    detail: '403',
    retryAt: 9,
    failures: 1,
    write: { kind: 'clear-preferred' } as const,
  });
  const account = (report: Facts['accounts'][number]['report']) => ({
    accounts: [{ username, report }],
  });
  const down = (code: string) => ({
    lines: { pbx: { state: 'down' as const, fault: { code, detail: 'ECONNREFUSED' } } },
  });
  const CASES: [string, Partial<Facts>][] = [
    ['all is well', {}],
    ['no secret', { credential: null }],
    ['nothing tried', { writing: { state: 'unknown' }, accounts: [{ username, report: null }] }],
    ['no account', { accounts: [] }],
    ['polling', { settings: withSettings({ source: 'poll' }) }],
    ['no users', { teamsUsers: { loadedAt: 1, licensed: 0 } }],
    ['not loaded', { teamsUsers: { loadedAt: null, licensed: 0 } }],
    ['too few accounts', { leftOut: { count: 2, names: ['a', 'b'] } }],
    ['a silent subscription', { silent: ['sync@example.com'] }],
    ['refused users', { refused: { count: 2, names: ['a', 'b'], fault: null } }],
    [
      'nobody to subscribe',
      account({ accountId, signIn: { state: 'ok' }, presence: none, users: none }),
    ],
    [
      'subscribing',
      account({
        accountId,
        signIn: { state: 'ok' },
        presence: { state: 'creating', generation: 1, userIds: [] },
        users: none,
      }),
    ],
    ['no agent', { agent: { enrolled: false, name: null } }],
    ['agent away', { agent: { enrolled: true, name: null } }],
    ['no PBX yet', { lines: {} }],
    ['another PBX', { lines: { pbx: { state: 'up', name: 'slave', domain: null } } }],
    ['hidden users', { unseen: ['a', 'b'] }],
    ['hidden calls', { noCalls: ['a', 'b'] }],
    ['no licences', { unlicensed: ['a', 'b'] }],
    ['licences unknown', { licenceFault: { detail: 'no answer' } }],
    ['refused activities', { notTaken: { name: 'pbx', activities: ['meeting'] } }],
    ['no pairs', { pairing: { known: true, paired: 0, ambiguous: 0 } }],
    ['ambiguous', { pairing: { known: true, paired: 1, ambiguous: 2 } }],
    ['unknown pairs', { pairing: { known: false, paired: 0, ambiguous: 0 } }],
    ['waiting', { sync: { waiting: 3, failing: 0, fault: undefined } }],
    ['failing', { sync: { waiting: 0, failing: 2, fault: writeFault('graph-forbidden') } }],
    ...['unreachable', 'tls', 'login-refused', 'api-missing', 'restarting'].map(
      (code): [string, Partial<Facts>] => [`PBX ${code}`, down(code)],
    ),
  ];
  // Plain codes: the special wordings behind them are found by what the lamp is about.
  const PLAIN = CODES.filter((code) => !code.includes('.'));
  const LOGIN = PLAIN.slice(PLAIN.indexOf('mfa-required'), PLAIN.indexOf('login-refused') + 1);
  const GRAPH = PLAIN.filter((code) => code.startsWith('graph-'));
  const FAULTS = [
    ...[...LOGIN, ...GRAPH].flatMap((code): [string, Partial<Facts>][] => [
      [`writing: ${code}`, { writing: failed(code) }],
      [`users: ${code}`, { faults: { ...quiet.faults, teamsUsers: fault(code) } }],
      [
        `signing in: ${code}`,
        account({ accountId, signIn: failed(code), presence: none, users: none }),
      ],
    ]),
    ...[...GRAPH, 'notification-url-unreachable'].map((code): [string, Partial<Facts>] => [
      `subscribing: ${code}`,
      account({ accountId, signIn: { state: 'ok' }, presence: failed(code), users: none }),
    ]),
  ];

  /** Filled by the code behind. */
  const BEHIND = new Set(['because', 'remedy']);

  test.each([...CASES, ...FAULTS])('%s', (_, changes) => {
    const lamps = lampsOf({ ...quiet, ...changes });
    expect(lamps.map(({ id }) => id)).toEqual(LAMP_IDS);
    for (const { code, params } of lamps) {
      if (!isTextCode(code)) continue;
      const open = [EN[code], DE[code]]
        .flatMap(({ message, action }) => names(message + action))
        .filter((name) => !(name in params) && !BEHIND.has(name));
      expect(open, `${code} has nothing to fill in`).toEqual([]);
    }
  });

  test('codes that the lamps use have words', () => {
    const used = CASES.flatMap(([, changes]) => lampsOf({ ...quiet, ...changes }));
    for (const { code } of used) expect(isTextCode(code), code).toBe(true);
  });

  test('logins and Graph are covered', () => {
    expect(LOGIN.length).toBeGreaterThan(15);
    expect(GRAPH.length).toBeGreaterThan(8);
  });
});

describe('the language', () => {
  test.each([
    [undefined, 'en'],
    [null, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['DE-ch', 'de'],
    ['en-GB,en;q=0.9,de;q=0.8', 'en'],
    ['fr-FR, de;q=0.5, en;q=0.4', 'de'],
    ['en;q=0.3,de;q=0.7', 'de'],
    ['fr, it', 'en'],
    ['*', 'en'],
    ['de;q=0, en', 'en'],
    [';;,,;q=', 'en'],
  ])('of %j is %s', (header, language) => {
    expect(languageOf(header)).toBe(language);
  });
});
