// Every number of Microsoft's login, from its answer to what an admin reads: code, whether it is tried
// again, the lamp's colour, and sentences in both languages that say what happened, what to do, the
// request id and the next try – right for the account, the app with its secret or certificate, or polling.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faultOf } from '../../../edge/connector/faults.ts';
import { lampsOf } from '../../../edge/connector/lamps.ts';
import { loginError } from '../../../edge/graph/login-errors.ts';
import type { Lamp } from '../../../shared/lamps.ts';
import { LANGUAGES } from '../../../shared/texts/language.ts';
import { say } from '../../../shared/texts/say.ts';
import { QUIET, withSettings } from './facts.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const RETRY_AT = NOW + 90_000;
const WHO = 'sync@example.com';

const BLADE = { en: 'Entra admin center → ', de: 'Entra Admin Center → ' } as const;
const NEXT = { en: 'Next try at 12:01:30 UTC.', de: 'Nächster Versuch um 12:01:30 UTC.' } as const;
const NEVER = {
  en: 'It is not tried again by itself.',
  de: 'Es wird nicht von selbst wieder versucht.',
} as const;

/** What happened, and what to do: a piece of each sentence, in English and in German. */
type Words = [happened: [string, string], remedy: [string, string]];
interface Row {
  numbers: number[];
  error?: string;
  code: string;
  retry: 'never' | 'backoff';
  account: Words;
  /** Missing: no app is refused so. */
  app?: Words;
  /** Where it differs from `app`. */
  poll?: Words;
  certificate?: Words;
  /** Nothing to do in the portal. */
  noBlade?: boolean;
}

const SECRETS: [string, string] = [
  '(app with ClientIDSynctoTeams) → Certificates & secrets → ',
  '(App mit ClientIDSynctoTeams) → Zertifikate & Geheimnisse → ',
];
const INTERACTIVE: Words = [
  ['interactive sign-in for the app', 'für die App eine Anmeldung von Hand'],
  ['exclude the app (ClientIDSynctoTeams)', 'die App (ClientIDSynctoTeams) von'],
];
const BY_ITSELF: [string, string] = [
  'Nothing: it is tried again by itself.',
  'Nichts: Es wird von selbst wieder versucht.',
];
const BY_CODE: [string, string] = [
  'Sign in again with a code on the page Teams accounts.',
  'Auf der Seite Teams-Konten mit einem Code neu anmelden.',
];
const SAME = (words: Words) => ({ account: words, app: words });

const ROWS: Row[] = [
  {
    numbers: [50076, 50074],
    code: 'mfa-required',
    retry: 'never',
    account: [
      [`second factor (multi-factor authentication, MFA) for ${WHO}`, `für ${WHO} einen zweiten`],
      [
        `Conditional Access → Policies → (the policy that demands MFA) → Users → Exclude → ${WHO}`,
        `Bedingter Zugriff → Richtlinien → (die Richtlinie, die MFA verlangt) → Benutzer → Ausschließen → ${WHO}`,
      ],
    ],
    app: INTERACTIVE,
  },
  {
    numbers: [50079, 50072],
    error: 'interaction_required',
    code: 'mfa-enrolment-required',
    retry: 'never',
    account: [
      [`wants ${WHO} to register`, `dass sich ${WHO} zuerst`],
      ['Manage security defaults', 'Sicherheitsstandards verwalten'],
    ],
    app: INTERACTIVE,
  },
  {
    numbers: [53000, 53001, 53002, 53003, 53004, 530032],
    code: 'blocked-by-conditional-access',
    retry: 'never',
    account: [
      [`blocks ${WHO}`, `sperrt ${WHO}`],
      ['Conditional Access → Named locations', 'Bedingter Zugriff → Benannte Standorte'],
    ],
    app: [
      ['blocks the app', 'sperrt die App'],
      ['Workload identities → Exclude', 'Workloadidentitäten → Ausschließen'],
    ],
  },
  {
    numbers: [50126],
    code: 'wrong-credentials',
    retry: 'never',
    account: [
      [`User name or password of ${WHO} is wrong`, `oder Kennwort von ${WHO} ist falsch`],
      ['add it again with the right password', 'mit dem richtigen Kennwort neu hinzufügen'],
    ],
    app: [['proves itself with', 'womit sich die App ausweist'], SECRETS],
  },
  {
    numbers: [50053],
    code: 'account-locked',
    retry: 'backoff',
    account: [
      [`account ${WHO} is locked`, `Konto ${WHO} ist gesperrt`],
      [`Users → ${WHO} → Sign-in logs`, `Benutzer → ${WHO} → Anmeldeprotokolle`],
    ],
    app: [
      ['blocked sign-ins of the app', 'sperrt Anmeldungen der App'],
      ['Service principal sign-ins', 'Dienstprinzipalanmeldungen'],
    ],
  },
  {
    numbers: [50034],
    code: 'account-unknown',
    retry: 'never',
    account: [
      [`no account ${WHO}`, `kein Konto ${WHO}`],
      ['User principal name', 'Benutzerprinzipalname'],
    ],
    app: [
      ['account of the app', 'Konto der App'],
      ['Compare ClientIDSynctoTeams', 'ClientIDSynctoTeams und TenantSynctoTeams'],
    ],
  },
  {
    numbers: [50055, 50144],
    code: 'password-expired',
    retry: 'never',
    account: [
      ['has expired', 'ist abgelaufen'],
      ['Reset password', 'Kennwort zurücksetzen'],
    ],
    app: [['proves itself with', 'womit sich die App ausweist'], SECRETS],
  },
  {
    numbers: [50056],
    code: 'password-missing',
    retry: 'never',
    account: [
      ['has no password at Microsoft', 'hat bei Microsoft kein Kennwort'],
      ['Reset password', 'Kennwort zurücksetzen'],
    ],
    app: [['proves itself with', 'womit sich die App ausweist'], SECRETS],
  },
  {
    numbers: [50057],
    code: 'account-disabled',
    retry: 'never',
    account: [
      [`account ${WHO} is disabled`, `Konto ${WHO} ist bei Microsoft deaktiviert`],
      ['Account enabled: tick it', 'Konto aktiviert: anhaken'],
    ],
    app: [
      ['app that writes to Teams is disabled', 'bei Microsoft deaktiviert'],
      ['Enabled for users to sign-in: Yes', 'Aktiviert für die Benutzeranmeldung: Ja'],
    ],
  },
  {
    numbers: [50128, 50059, 90002],
    error: 'invalid_request',
    code: 'tenant-unknown',
    retry: 'never',
    account: [
      ['no such tenant', 'kennt diesen Mandanten'],
      ['Overview → Tenant ID into TenantSynctoPbx', 'Mandanten-ID in TenantSynctoPbx'],
    ],
    app: [
      ['no such tenant', 'kennt diesen Mandanten'],
      ['Overview → Tenant ID into TenantSynctoTeams', 'Mandanten-ID in TenantSynctoTeams'],
    ],
  },
  {
    numbers: [90038, 900432, 900439],
    error: 'invalid_request',
    code: 'wrong-cloud',
    retry: 'never',
    noBlade: true,
    ...SAME([
      ['lives in another cloud', 'liegt in einer anderen Cloud'],
      ['usgov for GCC High', 'usgov für GCC High'],
    ]),
  },
  {
    numbers: [700016],
    error: 'unauthorized_client',
    code: 'client-unknown',
    retry: 'never',
    account: [
      ['no app with this client ID', 'keine App mit dieser Client-ID'],
      ['Compare ClientIDSynctoPbx', 'ClientIDSynctoPbx und TenantSynctoPbx'],
    ],
    app: [
      ['no app with this client ID', 'keine App mit dieser Client-ID'],
      ['Compare ClientIDSynctoTeams', 'ClientIDSynctoTeams und TenantSynctoTeams'],
    ],
  },
  {
    numbers: [7000218],
    error: 'invalid_client',
    code: 'public-client-off',
    retry: 'never',
    account: [
      ['does not allow public client flows', 'erlaubt keine öffentlichen Clientflows'],
      [
        'App registrations → (app with ClientIDSynctoPbx) → Authentication → Allow public client flows: Yes',
        'App-Registrierungen → (App mit ClientIDSynctoPbx) → Authentifizierung → Öffentliche Clientflows zulassen: Ja',
      ],
    ],
    app: [['misses a client secret', 'vermisst einen geheimen Clientschlüssel'], SECRETS],
  },
  {
    numbers: [7000215, 70002, 7000216],
    error: 'invalid_client',
    code: 'wrong-client-secret',
    retry: 'never',
    account: [
      ['one that needs a client secret', 'einen geheimen Clientschlüssel braucht'],
      ['Allow public client flows: Yes', 'Öffentliche Clientflows zulassen: Ja'],
    ],
    app: [
      ['client secret of the app that writes to Teams is wrong', 'nach Teams schreibt, ist falsch'],
      ['the Value as ClientSecretSynctoTeams, not the Secret ID', 'nicht die Geheimnis-ID'],
    ],
    certificate: [
      ['does not accept the certificate', 'nimmt das Zertifikat'],
      ['Certificates → Upload certificate', 'Zertifikate → Zertifikat hochladen'],
    ],
  },
  {
    numbers: [7000222],
    error: 'invalid_client',
    code: 'client-secret-expired',
    retry: 'never',
    ...SAME([
      ['client secret of the app that writes to Teams has expired', 'ist abgelaufen'],
      [
        'Certificates & secrets → New client secret',
        'Zertifikate & Geheimnisse → Neuer geheimer Clientschlüssel',
      ],
    ]),
  },
  {
    numbers: [700021, 700023, 700024, 700027],
    error: 'invalid_client',
    code: 'client-certificate-refused',
    retry: 'never',
    ...SAME([
      ['does not accept the certificate', 'nimmt das Zertifikat'],
      ['compare the thumbprint', 'Fingerabdruck und Ablauf'],
    ]),
  },
  {
    numbers: [65001, 90094],
    code: 'consent-missing',
    retry: 'never',
    account: [
      ['consented to what the app that reads', 'die Präsenz liest'],
      [
        'API permissions: the delegated permissions User.Read.All and Presence.Read.All',
        'die delegierten Berechtigungen User.Read.All und Presence.Read.All',
      ],
    ],
    app: [
      ['consented to what the app that writes', 'die nach Teams schreibt'],
      ['the application permission Presence.ReadWrite.All', 'Anwendungsberechtigung Presence'],
    ],
    poll: [
      ['consented to what the app may do', 'was die App darf.'],
      [
        'the application permissions Presence.ReadWrite.All and User.Read.All',
        'die Anwendungsberechtigungen Presence.ReadWrite.All und User.Read.All',
      ],
    ],
  },
  {
    numbers: [50105],
    code: 'user-not-assigned',
    retry: 'never',
    account: [
      [`and ${WHO} is not`, `und ${WHO} ist es nicht`],
      ['Users and groups → Add user/group', 'Benutzer und Gruppen → Benutzer/Gruppe hinzufügen'],
    ],
    app: [
      ['is not assigned', 'nicht zugewiesen'],
      ['Assignment required: No', 'Zuweisung erforderlich: Nein'],
    ],
  },
  {
    numbers: [50132, 50133, 50173],
    code: 'sign-in-revoked',
    retry: 'never',
    noBlade: true,
    account: [[`sign-in of ${WHO} was ended`, `Anmeldung von ${WHO} wurde`], BY_CODE],
  },
  {
    numbers: [50078, 70008, 70043, 700082],
    code: 'sign-in-too-old',
    retry: 'never',
    noBlade: true,
    account: [[`sign-in of ${WHO} has become too old`, `Anmeldung von ${WHO} ist zu alt`], BY_CODE],
  },
  {
    numbers: [70011],
    error: 'invalid_scope',
    code: 'login-bad-scope',
    retry: 'never',
    noBlade: true,
    ...SAME([
      ['does not know a permission', 'kennt eine Berechtigung nicht'],
      ['report this to the maker', 'dem Hersteller melden'],
    ]),
  },
  {
    numbers: [50196],
    code: 'login-loop',
    retry: 'backoff',
    noBlade: true,
    ...SAME([['too many times in a row', 'zu oft hintereinander'], BY_ITSELF]),
  },
  {
    numbers: [50033, 50087, 90006, 90024, 90033, 90012],
    error: 'temporarily_unavailable',
    code: 'login-unavailable',
    retry: 'backoff',
    noBlade: true,
    ...SAME([['has trouble of its own', 'hat selbst Schwierigkeiten'], BY_ITSELF]),
  },
  {
    numbers: [90055],
    error: 'temporarily_unavailable',
    code: 'login-throttled',
    retry: 'backoff',
    noBlade: true,
    ...SAME([['sign in less often', 'seltenere Anmeldungen'], BY_ITSELF]),
  },
  {
    numbers: [99_999, 1_234_567],
    code: 'login-refused',
    retry: 'never',
    account: [
      ['no words for: AADSTS', 'keine Worte hat: AADSTS'],
      [`Users → ${WHO} → Sign-in logs`, `Benutzer → ${WHO} → Anmeldeprotokolle`],
    ],
    app: [
      ['no words for: AADSTS', 'keine Worte hat: AADSTS'],
      ['Service principal sign-ins', 'Dienstprinzipalanmeldungen'],
    ],
  },
];

const refusal = (number: number, error = 'invalid_grant') => ({
  status: 400,
  body: {
    error,
    error_codes: [number],
    error_description: `AADSTS${number}: Said for ${WHO}. Trace ID: trace-1`,
    trace_id: 'trace-1',
  },
});

/** The lamp of a sign-in that ended so. */
function lampFor(kind: keyof Row, row: Row, number: number): Omit<Lamp, 'since'> {
  const error = loginError(refusal(number, row.error));
  const fault = faultOf(error, error.retry === 'never' ? null : RETRY_AT);
  const signIn = { state: 'failed', fault } as const;
  const account = {
    username: WHO,
    report: { accountId: 'a', signIn, presence: none, users: none },
  };
  const facts = {
    account: { accounts: [account] },
    app: { writing: signIn },
    certificate: { writing: signIn, credential: 'certificate' as const },
    poll: { writing: signIn, settings: withSettings({ source: 'poll' }), accounts: [] },
  }[kind as 'account' | 'app' | 'certificate' | 'poll'];
  const id = kind === 'account' || kind === 'poll' ? 'tokenForReading' : 'tokenForWriting';
  const lamp = lampsOf({ ...QUIET, ...facts }).find((one) => one.id === id);
  if (!lamp) throw new Error(`No lamp ${id}.`);
  return lamp;
}
const none = { state: 'none' } as const;

const KINDS = ['account', 'app', 'certificate', 'poll'] as const;
const CASES = ROWS.flatMap((row) =>
  row.numbers.flatMap((number) =>
    KINDS.filter((kind) => kind === 'account' || row.app).flatMap((kind) =>
      LANGUAGES.map((language) => ({ number, code: row.code, kind, language, row })),
    ),
  ),
);

test.each(CASES)('AADSTS$number, $code, $kind, $language', ({ number, kind, language, row }) => {
  const lamp = lampFor(kind, row, number);
  const isFinal = row.retry === 'never';
  expect(lamp).toMatchObject({ code: row.code, state: isFinal ? 'error' : 'warning' });
  const { message, action } = say(language, lamp.code, lamp.params);
  const [happened, remedy] = row[kind] ?? row.app ?? row.account;
  const at = language === 'en' ? 0 : 1;
  expect(message).toContain(happened[at]);
  expect(action).toContain(remedy[at]);
  if (isFinal && !row.noBlade) expect(action).toContain(BLADE[language]);
  expect(message).toContain('trace-1');
  expect(message).toContain((isFinal ? NEVER : NEXT)[language]);
  expect(message + action).not.toMatch(/undefined| \?[ .,:)]/);
  if (language === 'de') expect(message + action).not.toContain('the app');
});

test.each(LANGUAGES)('an account whose user has to come again, %s', (language) => {
  const fault = {
    code: 'sign-in-demanded',
    detail: 'AADSTS50055',
    requestId: 'trace-1',
    retryAt: null,
  };
  const signIn = { state: 'failed', fault } as const;
  const report = { accountId: 'a', signIn, presence: none, users: none };
  const lamps = lampsOf({ ...QUIET, accounts: [{ username: WHO, report }] });
  const lamp = lamps.find(({ id }) => id === 'tokenForReading');
  expect(lamp).toMatchObject({ state: 'error', code: 'sign-in-demanded' });
  const { message, action } = say(language, lamp?.code ?? '', lamp?.params);
  expect(message).toContain(WHO);
  expect(message).toContain('AADSTS50055');
  expect(message).toContain('trace-1');
  expect(message).toContain(NEVER[language]);
  expect(action).toBe(BY_CODE[language === 'en' ? 0 : 1]);
});

test.each(LANGUAGES)('a second factor has three ways out (%s)', (language) => {
  for (const code of ['mfa-required', 'mfa-enrolment-required']) {
    const { action } = say(language, code, { who: WHO, about: 'account' });
    expect(action).toMatch(/Exclude|Ausschließen/);
    expect(action).toContain('POST /api/accounts {"signIn":"device"}');
    expect(action).toContain('"source":"poll"');
  }
});

/** Rows of the first table after a heading: their cells. */
function tableOf(file: string, heading: RegExp): string[][] {
  const text = readFileSync(new URL(`../../../docs/${file}`, import.meta.url), 'utf8');
  const lines = text.slice(text.search(heading)).split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  const rest = lines.slice(from);
  const rows = rest.slice(
    2,
    rest.findIndex((line) => !line.startsWith('|')),
  );
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** "53000-53004, 530032" */
const numbersIn = (cell = ''): number[] =>
  [...cell.matchAll(/(\d{5,7})(?:\s*[-–]\s*(\d{5,7}))?/g)].flatMap(([, from, to]) =>
    Array.from({ length: Number(to ?? from) - Number(from) + 1 }, (_, n) => Number(from) + n),
  );

describe('the tables of the documents', () => {
  const known = new Map(ROWS.flatMap((row) => row.numbers.map((number) => [number, row])));
  const facts = tableOf('facts/graph.md', /^### 3\.3 /m);

  test('facts: graph §3.3 is there', () => {
    expect(facts.length).toBeGreaterThan(20);
    expect(facts.flatMap(([numbers]) => numbersIn(numbers)).length).toBeGreaterThan(38);
  });

  test.each(facts)('facts: graph §3.3, %s', (numbers, _means, _do, retry = '') => {
    for (const number of numbersIn(numbers)) {
      const expected = /^no\b/.test(retry) ? 'never' : 'backoff';
      expect(known.get(number)?.retry, `${number}`).toBe(expected);
      expect(loginError(refusal(number, known.get(number)?.error)).retry).toBe(expected);
    }
  });

  test.each(tableOf('setup-microsoft.md', /^## What a refused sign-in means/m))(
    'setup-microsoft.md, %s is %s',
    (numbers, code = '') => {
      for (const number of numbersIn(numbers)) {
        const said = known.get(number)?.code ?? loginError(refusal(number)).code;
        expect(`\`${said}\``).toBe(code);
      }
    },
  );
});
