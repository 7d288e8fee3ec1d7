import { describe, expect, test } from 'vitest';
import { type Facts, lampsOf } from '../../../edge/connector/lamps.ts';
import { LAMP_IDS } from '../../../shared/lamps.ts';
import { checkSettings } from '../../../shared/settings/schema.ts';
import { DE } from '../../../shared/texts/de.ts';
import { EN, type TextCode } from '../../../shared/texts/en.ts';
import { isTextCode, languageOf, say } from '../../../shared/texts/say.ts';

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
  });
});

describe('a sentence', () => {
  test('is filled from the params', () => {
    expect(say('en', 'paired', { count: 5 })).toEqual({
      message: '5 users are paired.',
      action: '',
    });
  });

  test('whose param is missing shows that, and nothing is filled twice', () => {
    expect(say('en', 'pbx-unreachable', {}).message).toBe('The agent cannot reach the PBX ?.');
    expect(say('en', 'pbx-unreachable', { name: '{detail}', detail: 'x' }).message).toBe(
      'The agent cannot reach the PBX {detail}.',
    );
  });

  test('ends with when it is tried again, and with what the support of Microsoft asks for', () => {
    const params = { retryAt: Date.UTC(2026, 0, 1, 12, 30, 5), requestId: 'r-1' };
    expect(say('en', 'graph-throttled', params).message).toBe(
      "Microsoft asks us to slow down. Next try at 12:30:05 UTC. (Microsoft's request id: r-1)",
    );
    expect(say('de', 'no-such-code', { ...params, detail: 'Weg.' }).message).toBe(
      'Weg. Nächster Versuch um 12:30:05 UTC. (Anfrage-Id bei Microsoft: r-1)',
    );
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
  const checked = checkSettings({
    masterPbx: 'pbx',
    notificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
    clientIdSyncToPbx: 'a70e0c2d-e793-494c-94c4-118fa0a67f42',
    tenantSyncToPbx: 'example.com',
    clientIdSyncToTeams: 'a70e0c2d-e793-494c-94c4-118fa0a67f42',
    tenantSyncToTeams: 'example.com',
  });
  if (!checked.ok) throw new Error('These settings are right.');
  const { settings } = checked;
  const accountId = 'a1';
  const username = 'presence@example.com';
  const fault = (code: string) => ({ code, detail: 'AADSTS1', retryAt: null });
  const failed = (code: string) => ({ state: 'failed', fault: fault(code) }) as const;
  const held = {
    generation: 1,
    id: 's',
    expiresAt: 9,
    userIds: [],
    refusedIds: [],
    encryptionId: null,
  };
  const none = { state: 'none' } as const;
  const quiet: Facts = {
    now: 1,
    settings,
    hasCredential: true,
    writing: { state: 'ok' },
    accounts: [
      {
        username,
        report: {
          accountId,
          signIn: { state: 'ok' },
          presence: { state: 'active', ...held },
          users: { state: 'active', ...held },
        },
      },
    ],
    teamsUsers: { loadedAt: 1, licensed: 5 },
    faults: {
      settingsCopy: null,
      tenants: null,
      teamsUsers: null,
      accounts: null,
      pairing: null,
      reading: null,
    },
    pollingEverySeconds: 5,
    leftOut: { count: 0, names: [] },
    refused: { count: 0, names: [] },
    silent: [],
    agent: { enrolled: true, name: 'site' },
    lines: { pbx: { state: 'up', name: 'pbx', domain: null } },
    unseen: [],
    noCalls: [],
    unlicensed: [],
    licenceFault: null,
    notTaken: null,
    pairing: { known: true, paired: 5, ambiguous: 0 },
    sync: { waiting: 0, failing: 0, fault: undefined },
  };
  const account = (report: Facts['accounts'][number]['report']) => ({
    accounts: [{ username, report }],
  });
  const down = (code: string) => ({
    lines: { pbx: { state: 'down' as const, fault: { code, detail: 'ECONNREFUSED' } } },
  });
  const CASES: [string, Partial<Facts>][] = [
    ['all is well', {}],
    ['no secret', { hasCredential: false }],
    ['nothing tried', { writing: { state: 'unknown' }, accounts: [{ username, report: null }] }],
    ['no account', { accounts: [] }],
    ['polling', { settings: { ...settings, source: 'poll' } }],
    ['no users', { teamsUsers: { loadedAt: 1, licensed: 0 } }],
    ['not loaded', { teamsUsers: { loadedAt: null, licensed: 0 } }],
    ['too few accounts', { leftOut: { count: 2, names: ['a', 'b'] } }],
    ['a silent subscription', { silent: ['sync@example.com'] }],
    ['refused users', { refused: { count: 2, names: ['a', 'b'] } }],
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
    ['failing', { sync: { waiting: 0, failing: 2, fault: undefined } }],
    ...['unreachable', 'not-called', 'tls', 'login-refused', 'api-missing', 'restarting'].map(
      (code): [string, Partial<Facts>] => [`PBX ${code}`, down(code)],
    ),
  ];
  const LOGIN = CODES.slice(CODES.indexOf('mfa-required'), CODES.indexOf('login-refused') + 1);
  const GRAPH = CODES.filter((code) => code.startsWith('graph-'));
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

  test.each([...CASES, ...FAULTS])('%s', (_, changes) => {
    const lamps = lampsOf({ ...quiet, ...changes });
    expect(lamps.map(({ id }) => id)).toEqual(LAMP_IDS);
    for (const { code, params } of lamps) {
      if (!isTextCode(code)) continue;
      const open = [EN[code], DE[code]]
        .flatMap(({ message, action }) => names(message + action))
        .filter((name) => !(name in params));
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
