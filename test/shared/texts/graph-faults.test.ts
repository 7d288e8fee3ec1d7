// Every refusal of Graph, from its answer to what an admin reads: code, whether it is tried again, and
// for whatever was asked – users, presences, a subscription, a write – the lamp and its sentences.
import { describe, expect, test } from 'vitest';
import type { WriteFault } from '../../../edge/connector/errand.ts';
import { faultOf } from '../../../edge/connector/faults.ts';
import type { Facts } from '../../../edge/connector/lamp-facts.ts';
import { lampsOf } from '../../../edge/connector/lamps.ts';
import type { Fault } from '../../../edge/graph/account-rpc.ts';
import { GRAPH_CODES, graphError } from '../../../edge/graph/graph-errors.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { LampId } from '../../../shared/lamps.ts';
import { LANGUAGES } from '../../../shared/texts/language.ts';
import { say } from '../../../shared/texts/say.ts';
import { QUIET, USERNAME, withSettings } from './facts.ts';

const RETRY_AT = Date.UTC(2026, 0, 1, 12, 1, 30);
const NEXT = { en: 'Next try at 12:01:30 UTC.', de: 'Nächster Versuch um 12:01:30 UTC.' } as const;

const refusal = (status: number, message: string, code = 'ExtensionError'): AppError => {
  const error = { code, message, innerError: { 'request-id': 'request-1' } };
  const answer = { status, headers: new Headers(), text: JSON.stringify({ error }) };
  return graphError(answer, 'Graph, POST /v1.0/asked', 0);
};

type Asked =
  | 'users'
  | 'usersWatch'
  | 'usersByApp'
  | 'presence'
  | 'presenceByApp'
  | 'subscription'
  | 'renewal'
  | 'someUsers'
  | 'notificationUrl'
  | 'write';
type Words = [happened: [string, string], remedy: [string, string]];

/** [status, message, code, retry]; messages as facts: graph §1.6 and §2.8 have them. */
const ANSWERS: [number, string, string, 'never' | 'backoff'][] = [
  [400, 'Invalid expirationDuration.', 'graph-bad-request', 'never'],
  [400, 'Unsupported workload', 'graph-unsupported', 'never'],
  [401, 'Access token has expired.', 'graph-unauthorized', 'backoff'],
  [401, "Unauthorized; Reason: p#S256 doesn't match", 'graph-unavailable', 'backoff'],
  [403, 'Insufficient privileges.', 'graph-forbidden', 'never'],
  [
    403,
    'Operation: Create; Exception: [Status Code: Forbidden; Reason: The request is not authorized for this user or application.]',
    'graph-forbidden',
    'never',
  ],
  [
    500,
    'Operation: Create; Exception: [Status Code: Forbidden; Reason: The request is not authorized for this user or application.]',
    'graph-forbidden',
    'never',
  ],
  [
    403,
    "The app's number of subscriptions exceeds the quota of 100.",
    'subscription-quota',
    'never',
  ],
  [403, 'Subscription limit reached for this tenant.', 'subscription-quota', 'never'],
  [403, 'There was an error processing a storage extension.', 'subscription-foreign', 'never'],
  [404, 'Not found.', 'graph-not-found', 'never'],
  [408, 'Request timed out.', 'graph-timeout', 'backoff'],
  [409, 'Conflict.', 'graph-conflict', 'backoff'],
  [410, 'resyncRequired', 'graph-gone', 'never'],
  [429, 'Please retry again later.', 'graph-throttled', 'backoff'],
  [429, 'The quota of the subscription service is used up.', 'graph-throttled', 'backoff'],
  [
    503,
    'Operation: Update; Exception: [Status Code: TooManyRequests; Reason: slow down.]',
    'graph-throttled',
    'backoff',
  ],
  [500, 'Something failed.', 'graph-unavailable', 'backoff'],
  [502, '', 'graph-unavailable', 'backoff'],
  [501, 'Not implemented.', 'graph-not-implemented', 'never'],
  [400, 'Operation: Update; Exception: [A task was canceled.]', 'graph-timeout', 'backoff'],
  [500, 'Operation: Update; Exception: [A task was canceled.]', 'graph-timeout', 'backoff'],
  [302, '', 'graph-bad-answer', 'backoff'],
];

test.each(ANSWERS)('%i, %s is %s, to be tried again: %s', (status, message, code, retry) => {
  expect(refusal(status, message)).toMatchObject({ code, retry, requestId: 'request-1' });
  // It may quote what was sent.
  if (message !== '') expect(refusal(status, message).message).not.toContain(message);
});

const PORTAL: [string, string] = ['Entra admin center → ', 'Entra Admin Center → '];
const LICENCES: [string, string] = [
  'Microsoft 365 admin center → Users → Active users → (the user) → Licenses and apps: ',
  'Microsoft 365 Admin Center → Benutzer → Aktive Benutzer → (der Benutzer) → Lizenzen und Apps: ',
];
const APP_1: [string, string] = ['(app with ClientIDSynctoPbx)', '(App mit ClientIDSynctoPbx)'];
const APP_2: [string, string] = ['(app with ClientIDSynctoTeams)', '(App mit ClientIDSynctoTeams)'];
const NOTHING: [string, string] = ['Nothing', 'Nichts'];
const HEALTH: [string, string] = ['Service health', 'Dienststatus'];
const MAKER: [string, string] = ['report this to the maker', 'dem Hersteller melden'];
const EVERYTHING: Asked[] = [
  'users',
  'usersByApp',
  'presence',
  'presenceByApp',
  'subscription',
  'write',
];

interface Row {
  code: string;
  asked: Asked[];
  state: 'error' | 'warning' | 'ok';
  words: Words;
  /** More that the remedy has to name. */
  also?: [string, string];
}

const ROWS: Row[] = [
  {
    code: 'graph-forbidden',
    asked: ['users'],
    state: 'error',
    words: [['Teams account read the users', 'Teams-Konto die Benutzer nicht lesen'], APP_1],
    also: ['Delegated permissions: User.Read.All', 'Delegierte Berechtigungen: User.Read.All'],
  },
  {
    code: 'graph-forbidden',
    asked: ['usersByApp'],
    state: 'error',
    words: [['app read the users', 'App die Benutzer nicht lesen'], APP_2],
    also: ['Application permissions: User.Read.All', 'Anwendungsberechtigungen: User.Read.All'],
  },
  {
    code: 'graph-forbidden',
    asked: ['presence'],
    state: 'error',
    words: [['Teams account read presence', 'Teams-Konto keine Präsenz lesen'], APP_1],
    also: ['Presence.Read.All', 'Presence.Read.All'],
  },
  {
    code: 'graph-forbidden',
    asked: ['presenceByApp'],
    state: 'error',
    words: [['app read presence', 'App keine Präsenz lesen'], APP_2],
    also: ['Presence.ReadWrite.All', 'Presence.ReadWrite.All'],
  },
  {
    code: 'graph-forbidden',
    asked: ['subscription'],
    state: 'error',
    words: [[`let ${USERNAME} subscribe`, `lässt ${USERNAME} keine Präsenz abonnieren`], APP_1],
    also: ['an application permission does not do', 'eine Anwendungsberechtigung genügt nicht'],
  },
  {
    code: 'graph-forbidden',
    asked: ['subscription'],
    state: 'error',
    words: [['the account has no licence with Teams', 'das Konto hat keine Lizenz'], APP_1],
    also: [
      `Microsoft 365 admin center → Users → Active users → ${USERNAME} → Licenses and apps: a licence with Teams`,
      `Microsoft 365 Admin Center → Benutzer → Aktive Benutzer → ${USERNAME} → Lizenzen und Apps: eine Lizenz mit Teams`,
    ],
  },
  {
    code: 'graph-forbidden',
    asked: ['usersWatch'],
    state: 'ok',
    words: [
      [`let ${USERNAME} subscribe to the list`, `lässt ${USERNAME} die Liste der Benutzer nicht`],
      APP_1,
    ],
    also: ['Delegated permissions: User.Read.All', 'Delegierte Berechtigungen: User.Read.All'],
  },
  {
    code: 'graph-forbidden',
    asked: ['write'],
    state: 'error',
    words: [['app write presence', 'App keine Präsenz schreiben'], APP_2],
    also: ['Application permissions: Presence.ReadWrite.All', 'Presence.ReadWrite.All'],
  },
  {
    code: 'subscription-quota',
    asked: ['subscription'],
    state: 'error',
    words: [
      ['a limit of the app or tenant', 'Grenze der App oder des Mandanten'],
      ['app registration of its own', 'eigene App-Registrierung'],
    ],
  },
  {
    code: 'subscription-foreign',
    asked: ['subscription'],
    state: 'warning',
    words: [['does not give a subscription back', 'gibt uns ein Abonnement nicht'], NOTHING],
  },
  {
    code: 'graph-unsupported',
    asked: ['subscription'],
    state: 'error',
    words: [['offers no subscription', 'kein Abonnement an'], MAKER],
  },
  {
    code: 'graph-unauthorized',
    asked: EVERYTHING,
    state: 'warning',
    words: [
      ['does not accept our token', 'nimmt unser Token nicht an'],
      ['a new token is fetched by itself', 'neues Token wird von selbst geholt'],
    ],
  },
  {
    code: 'graph-not-found',
    asked: ['users', 'usersByApp', 'presence', 'presenceByApp'],
    state: 'error',
    words: [['does not know what was asked', 'kennt das Angefragte nicht'], MAKER],
  },
  {
    code: 'graph-not-found',
    asked: ['write'],
    state: 'warning',
    words: [['knows no such user', 'kennt diesen Benutzer nicht'], LICENCES],
  },
  {
    code: 'graph-conflict',
    asked: ['subscription'],
    state: 'warning',
    words: [
      ['has a presence subscription already', 'schon ein Präsenz-Abonnement'],
      ['for one connector only', 'nur für einen Connector'],
    ],
  },
  {
    code: 'graph-gone',
    asked: ['users', 'usersByApp'],
    state: 'warning',
    words: [['users to be read anew', 'Benutzerliste neu gelesen'], NOTHING],
  },
  {
    code: 'graph-throttled',
    asked: EVERYTHING,
    state: 'warning',
    words: [['asks us to slow down', 'langsameres Tempo'], NOTHING],
  },
  {
    code: 'graph-unavailable',
    asked: EVERYTHING,
    state: 'warning',
    words: [['trouble of its own', 'selbst Schwierigkeiten'], HEALTH],
  },
  {
    code: 'graph-timeout',
    asked: EVERYTHING,
    state: 'warning',
    words: [['does not answer in time', 'antwortet nicht rechtzeitig'], HEALTH],
  },
  {
    code: 'graph-unreachable',
    asked: EVERYTHING,
    state: 'warning',
    words: [
      ['cannot be reached from the edge', 'vom Edge aus nicht erreichbar'],
      ['firewall and proxy', 'Firewall und Proxy'],
    ],
  },
  {
    code: 'graph-bad-answer',
    asked: EVERYTHING,
    state: 'warning',
    words: [['makes no sense', 'keinen Sinn ergibt'], MAKER],
  },
  {
    code: 'graph-bad-request',
    asked: ['users', 'usersByApp', 'presence', 'presenceByApp'],
    state: 'error',
    words: [
      ['refuses a request as wrong', 'lehnt eine Anfrage als falsch ab'],
      ['Report this to the maker', 'Dem Hersteller melden'],
    ],
  },
  {
    code: 'graph-bad-request',
    asked: ['subscription'],
    state: 'error',
    words: [
      ['refuses the subscription as wrong', 'lehnt das Abonnement als falsch ab'],
      ['Check the notification URL', 'Die Notification URL in den Einstellungen prüfen'],
    ],
  },
  {
    code: 'graph-bad-request',
    asked: ['write'],
    state: 'warning',
    words: [['its value, how long it is to last', 'ihren Wert, ihre Dauer'], PORTAL],
    also: [
      'look at the table “PBX → Teams” under Rules',
      'die Tabelle „PBX → Teams“ unter Regeln ansehen',
    ],
  },
  {
    code: 'graph-not-implemented',
    asked: EVERYTHING,
    state: 'error',
    words: [
      ['does not offer what was asked', 'bietet das Angefragte nicht an'],
      ['cloud', 'Cloud'],
    ],
  },
  {
    code: 'preferred-not-offered',
    asked: ['write'],
    state: 'warning',
    words: [
      ['Calls are still shown in Teams', 'Anrufe werden in Teams weiter angezeigt'],
      ['Teams → PBX only', 'Nur Teams → PBX'],
    ],
  },
];

test('every code of Graph is in the table', () => {
  const codes = new Set(ROWS.map(({ code }) => code));
  expect([...codes].toSorted()).toEqual(GRAPH_CODES.toSorted());
});

/** What the edge concludes itself from what Graph answered. */
const CONCLUDED: Row[] = [
  {
    code: 'resource-data-refused',
    asked: ['subscription'],
    state: 'warning',
    words: [
      [
        'whose notifications carry the presence itself',
        'dessen Benachrichtigungen die Präsenz selbst',
      ],
      NOTHING,
    ],
  },
  {
    code: 'subscription-elsewhere',
    asked: ['subscription'],
    state: 'error',
    words: [
      ['Another program has subscribed', 'Ein anderes Programm'],
      ['a Teams account of its own', 'ein eigenes Teams-Konto'],
    ],
  },
  {
    code: 'notification-url-unreachable',
    asked: ['subscription', 'notificationUrl'],
    state: 'warning',
    words: [
      ['cannot reach the notification URL', 'Microsoft erreicht die Notification URL nicht'],
      ['with a public certificate', 'ein öffentliches Zertifikat'],
    ],
  },
  {
    code: 'graph-unavailable',
    asked: ['renewal'],
    state: 'warning',
    words: [
      [`The subscription of ${USERNAME} stands until 00:00 UTC`, 'steht bis 00:00 UTC'],
      HEALTH,
    ],
  },
  {
    code: 'graph-unavailable',
    asked: ['someUsers'],
    state: 'warning',
    words: [
      [
        'Users whom Microsoft refuses to subscribe: 2 (Ann, Bob).',
        'Benutzer, deren Abonnement Microsoft ablehnt: 2 (Ann, Bob).',
      ],
      ['have a licence with Teams', 'eine Lizenz mit Teams haben'],
    ],
  },
];

const detail = 'Graph, POST /v1.0/asked: 4xx';
const none = { state: 'none' } as const;
const subscribing = (of: 'presence' | 'users', fault: Fault): Facts['accounts'] => {
  const both = { presence: none, users: none, [of]: { state: 'failed', fault } as const };
  const report = { accountId: 'a', signIn: { state: 'ok' } as const, ...both };
  return [{ username: USERNAME, report }];
};

const standing = (change: { trouble: { fault: Fault; failures: number } }): Facts['accounts'] =>
  QUIET.accounts.map(({ username, report }) => {
    if (report?.presence.state !== 'active') throw new Error('All is well with it.');
    return { username, report: { ...report, presence: { ...report.presence, ...change } } };
  });

function lampOf(asked: Asked, code: string): [LampId, Partial<Facts>] {
  const fault = { code, detail, requestId: 'request-1', retryAt: RETRY_AT };
  const polling = { settings: withSettings({ source: 'poll' }), accounts: [] };
  const faults = (of: 'teamsUsers' | 'reading') => ({ faults: { ...QUIET.faults, [of]: fault } });
  switch (asked) {
    case 'users':
      return ['teamsUsers', faults('teamsUsers')];
    case 'usersByApp':
      return ['teamsUsers', { ...polling, ...faults('teamsUsers') }];
    case 'presence':
      return ['sync', faults('reading')];
    case 'presenceByApp':
      return ['subscriptions', { ...polling, ...faults('reading') }];
    case 'subscription':
      return ['subscriptions', { accounts: subscribing('presence', fault) }];
    case 'renewal': {
      const trouble = { fault, failures: 3 };
      return ['subscriptions', { accounts: standing({ trouble }) }];
    }
    case 'someUsers':
      return ['subscriptions', { refused: { count: 2, names: ['Ann', 'Bob'], fault } }];
    case 'notificationUrl':
      return [
        'notificationUrl',
        { accounts: subscribing('presence', fault), copyMayBeUnseen: true },
      ];
    case 'usersWatch':
      return ['teamsUsers', { accounts: subscribing('users', fault) }];
    case 'write': {
      const write: WriteFault = { ...fault, write: { kind: 'clear-preferred' }, failures: 3 };
      return ['sync', { sync: { waiting: 0, failing: 2, fault: write } }];
    }
  }
}

const CASES = [...ROWS, ...CONCLUDED].flatMap((row) =>
  row.asked.flatMap((asked) =>
    LANGUAGES.map((language) => ({ code: row.code, asked, language, row })),
  ),
);

test.each(CASES)('$code, $asked, $language', ({ code, asked, language, row }) => {
  const [id, change] = lampOf(asked, code);
  const lamp = lampsOf({ ...QUIET, ...change }).find((one) => one.id === id);
  expect(lamp?.state).toBe(row.state);
  const { message, action } = say(language, lamp?.code ?? '', lamp?.params);
  const at = language === 'en' ? 0 : 1;
  const [happened, remedy] = row.words;
  expect(message).toContain(happened[at]);
  expect(action).toContain(remedy[at]);
  if (row.also) expect(action).toContain(row.also[at]);
  expect(message).toContain('request-1');
  expect(message).toContain(NEXT[language]);
  expect(message + action).not.toMatch(/undefined| \?[ .,:)]/);
  if (language === 'de') expect(message + action).not.toContain('the app');
});

test.each(GRAPH_CODES.flatMap((code) => LANGUAGES.map((language) => ({ code, language }))))(
  'changes to the users that are not told because of $code, $language: green, with the reason',
  ({ code, language }) => {
    const [id, change] = lampOf('usersWatch', code);
    const lamp = lampsOf({ ...QUIET, ...change }).find((one) => one.id === id);
    expect(lamp?.state).toBe('ok');
    const { message, action } = say(language, lamp?.code ?? '', lamp?.params);
    expect(message).toContain(
      language === 'en' ? 'asked for every minute' : 'jede Minute abgefragt',
    );
    expect(message).toContain(NEXT[language]);
    expect(message + action).not.toMatch(/undefined| \?[ .,:)]|\{/);
  },
);

describe('a sign-in that failed', () => {
  const fault = faultOf(refusal(403, ''), null);
  const signIn = {
    state: 'failed',
    fault: { ...fault, code: 'consent-missing', requestId: 'trace-1' },
  } as const;
  const reading = { ...QUIET.faults, reading: fault, teamsUsers: fault };

  test.each([
    [
      'an account',
      {
        accounts: [
          {
            username: USERNAME,
            report: { accountId: 'a', signIn, presence: none, users: none },
          },
        ],
      },
    ],
    ['the app that polls', { settings: withSettings({ source: 'poll' }), writing: signIn }],
  ] satisfies [string, Partial<Facts>][])('is what its readings say, too: %s', (_, facts) => {
    const lamps = lampsOf({ ...QUIET, ...facts, faults: reading });
    const users = lamps.find(({ id }) => id === 'teamsUsers');
    expect(users).toMatchObject({ state: 'error', code: 'consent-missing' });
    expect(users?.params).toMatchObject({ requestId: 'trace-1', retry: 'never' });
  });
});
