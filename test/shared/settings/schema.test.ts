import { describe, expect, test } from 'vitest';
import { checkSettings, SECRET_KEYS, settingsInput } from '../../../shared/settings/schema.ts';

const GUID = 'a70e0c2d-e793-494c-94c4-118fa0a67f42';

/** The least that a connector needs, read with the accounts' subscription. */
const needed = {
  masterPbx: 'pbx',
  notificationUrl: 'https://edge.example.net/example.com/microsoft365/subscriptions',
  clientIdSyncToPbx: GUID,
  tenantSyncToPbx: 'example.com',
  clientIdSyncToTeams: GUID,
  tenantSyncToTeams: GUID,
};
const neededToPoll = {
  masterPbx: 'pbx',
  source: 'poll',
  clientIdSyncToTeams: GUID,
  tenantSyncToTeams: 'example.onmicrosoft.com',
};

/** Paths and sentences of what is wrong; `[]`: nothing. */
function faults(input: unknown): [string, string][] {
  const checked = checkSettings(input);
  return checked.ok ? [] : checked.errors.map(({ path, message }) => [path, message]);
}
const wrong = (changes: object) => faults({ ...needed, ...changes });

test('what is left out has its default', () => {
  expect(checkSettings(needed)).toEqual({
    ok: true,
    settings: {
      ...needed,
      cloud: 'global',
      source: 'subscribe',
      pollSeconds: 5,
      matching: ['override', 'email', 'displayName'],
      overrides: [],
      pbxContact: 'tel:',
      mapping: {},
      directions: 'both',
    },
  });
});

test('polling needs neither the notification URL nor the app that subscribes', () => {
  expect(faults(neededToPoll)).toEqual([]);
  expect(faults({ ...neededToPoll, notificationUrl: '', clientIdSyncToPbx: '' })).toEqual([]);
  const paths = faults({ ...neededToPoll, source: 'subscribe' }).map(([path]) => path);
  expect(paths).toEqual(['notificationUrl', 'clientIdSyncToPbx', 'tenantSyncToPbx']);
});

test('what polling does not need must be right all the same where it is given', () => {
  expect(faults({ ...neededToPoll, notificationUrl: 'http://x.example/subscriptions' })).toEqual([
    ['notificationUrl', 'Must begin with https://, Microsoft sends nowhere else.'],
  ]);
});

const WRONG: [string, unknown, string | RegExp][] = [
  ['masterPbx', '', 'Must be the name of the PBX.'],
  ['masterPbx', 'pbx.example.com', /not its DNS name: a PBX name has no dot/],
  ['masterPbx', 5, /expected string/],
  ['masterPbx', undefined, 'Must be given.'],
  ['clientIdSyncToPbx', 'my app', /a GUID/],
  ['clientIdSyncToTeams', '', /a GUID/],
  ['tenantSyncToPbx', 'example', /the tenant id/],
  ['tenantSyncToTeams', 'https://example.com', /the tenant id/],
  ['tenantSyncToTeams', '-example.com', /the tenant id/],
  ['cloud', 'china', /has no presence API/],
  ['source', 'push', /expected one of/],
  ['pollSeconds', 1, 'Must be 2 to 300 seconds.'],
  ['pollSeconds', 301, 'Must be 2 to 300 seconds.'],
  ['pollSeconds', 2.5, 'Must be a whole number of seconds.'],
  ['pollSeconds', '5', 'Must be a whole number of seconds.'],
  ['matching', [], /Too small/],
  ['matching', ['email', 'email'], 'Names a step twice.'],
  ['pbxContact', 'tel', /such as tel:/],
  ['pbxContact', 'tel: x', /such as tel:/],
  ['directions', 'none', /expected one of/],
  ['notificationUrl', 5, /expected string/],
  ['notificationUrl', null, /expected string/],
  ['clientSecretSyncToTeams', '', 'Must not be empty; null removes it.'],
  ['clientSecretSyncToTeams', 5, /expected string/],
  ['clientSecretSyncToTeams', 'x'.repeat(1025), /Too big/],
  ['certificateSyncToTeams', 'PEM', /expected object/],
  ['overrides', 'a=b', /expected array/],
  ['mapping', [], /expected object/],
];

describe('a wrong value names its field and says why', () => {
  test.each(WRONG)('%s: %j', (key, value, sentence) => {
    const [first, ...more] = wrong({ [key]: value });
    expect(more).toEqual([]);
    expect(first?.[0]).toBe(key);
    expect(first?.[1]).toMatch(sentence);
  });

  const DEEP: [string, object, string][] = [
    ['matching.0', { matching: ['mail'] }, 'expected one of'],
    [
      'overrides.1.teams',
      {
        overrides: [
          { teams: 'a', pbx: 'b' },
          { teams: '', pbx: 'b' },
        ],
      },
      'id',
    ],
    ['overrides.0.pbx', { overrides: [{ teams: 'a' }] }, 'Must be given.'],
    ['overrides.0.sip', { overrides: [{ teams: 'a', pbx: 'b', sip: 'c' }] }, 'no such key'],
    ['mapping.toPbx.Busy', { mapping: { toPbx: { Busy: 1 } } }, 'expected string'],
    ['mapping.toTeams.busy', { mapping: { toTeams: { busy: 'Busy' } } }, 'Available/Available'],
    [
      'mapping.toTeams.On-The-Phone',
      { mapping: { toTeams: { 'On-The-Phone': 'Busy/Busy' } } },
      'always shown as In a call',
    ],
    ['mapping.toGraph', { mapping: { toGraph: {} } }, 'no such key'],
    ['clientSecretSyncToTeams.set', { clientSecretSyncToTeams: { set: 'yes' } }, 'boolean'],
    [
      'certificateSyncToTeams.privateKey',
      { certificateSyncToTeams: { certificate: '-----BEGIN CERTIFICATE-----' } },
      'Must be given.',
    ],
    ['certificateSyncToTeams.set', { certificateSyncToTeams: { set: 1 } }, 'boolean'],
    ['masterPBX', { masterPBX: 'pbx' }, 'no such key'],
  ];
  test.each(DEEP)('%s', (path, changes, part) => {
    expect(wrong(changes)).toEqual([[path, expect.stringContaining(part)]]);
  });

  test('an encrypted private key is not taken', () => {
    const certificateSyncToTeams = {
      certificate: '-----BEGIN CERTIFICATE-----',
      privateKey: '-----BEGIN ENCRYPTED PRIVATE KEY-----',
    };
    expect(wrong({ certificateSyncToTeams })).toEqual([
      ['certificateSyncToTeams.privateKey', expect.stringContaining('unencrypted')],
    ]);
  });
});

test('every bad field is named at once', () => {
  const changes = {
    masterPbx: 'a.b',
    notificationUrl: 'https://edge.example.net/',
    tenantSyncToPbx: undefined,
    pollSeconds: 0,
    cloud: 'usgov',
    extra: true,
  };
  const paths = wrong(changes).map(([path]) => path);
  expect(paths.toSorted()).toEqual(
    [
      'masterPbx',
      'notificationUrl',
      'pollSeconds',
      'extra',
      'tenantSyncToPbx',
      'source',
    ].toSorted(),
  );
});

test.each([[null], [[]], ['settings'], [undefined]])('%j is no settings at all', (input) => {
  expect(faults(input)).toHaveLength(1);
});

test('the US Government clouds have polling only', () => {
  for (const cloud of ['usgov', 'usgov-dod']) {
    expect(wrong({ cloud })).toEqual([['source', expect.stringContaining('choose poll')]]);
    expect(faults({ ...neededToPoll, cloud })).toEqual([]);
  }
});

describe('the notification URL', () => {
  test.each([
    'https://edge.example.net/example.com/microsoft365/subscriptions',
    'HTTPS://Edge.Example.net:8443/subscriptions',
    'https://192.0.2.1/a/b/subscriptions',
    'https://[2001:db8::1]:443/subscriptions',
    'https://localhost/subscriptions',
  ])('%s is one', (notificationUrl) => {
    expect(wrong({ notificationUrl })).toEqual([]);
  });

  test.each([
    ['http://edge.example.net/subscriptions', 'https://'],
    ['wss://edge.example.net/subscriptions', 'https://'],
    ['https://edge.example.net/notifications', 'Must end in /subscriptions.'],
    ['https://edge.example.net/subscriptions/', 'Must end in /subscriptions.'],
    ['https://edge.example.net/Subscriptions', 'Must end in /subscriptions.'],
    ['https://edge.example.net/subscriptions?a=b', 'without a query'],
    ['https://edge.example.net/subscriptions#a', 'without a query'],
    ['https://me:secret@edge.example.net/subscriptions', 'user name'],
    ['https:///subscriptions', 'Must be a URL.'],
    ['https://:443/subscriptions', 'Must be a URL.'],
    ['https://edge.example.net\\@evil/subscriptions', 'user name'],
    ['https://edge.example.net\\evil/subscriptions', 'Must be a URL.'],
    ['https://edge example.net/subscriptions', 'Must be a URL.'],
    ['edge.example.net/subscriptions', 'Must be a URL.'],
    [`https://edge.example.net/${'x'.repeat(2048)}/subscriptions`, 'Too big'],
  ])('%s is none', (notificationUrl, part) => {
    expect(wrong({ notificationUrl })).toEqual([
      ['notificationUrl', expect.stringContaining(part)],
    ]);
  });
});

describe('a secret', () => {
  const certificate = {
    certificate: '-----BEGIN CERTIFICATE-----',
    privateKey: '-----BEGIN PRIVATE KEY-----',
  };
  test.each([
    ['clientSecretSyncToTeams', 'secret'],
    ['clientSecretSyncToTeams', { set: true }],
    ['clientSecretSyncToTeams', { set: false }],
    ['clientSecretSyncToTeams', null],
    ['certificateSyncToTeams', certificate],
    ['certificateSyncToTeams', { set: true }],
    ['certificateSyncToTeams', null],
  ])('%s may be %j', (key, value) => {
    const checked = checkSettings({ ...needed, [key]: value });
    expect(checked).toMatchObject({ ok: true, settings: { [key]: value } });
  });

  test('left out stays left out', () => {
    const checked = checkSettings(needed);
    for (const key of SECRET_KEYS) expect(checked.ok && key in checked.settings).toBe(false);
  });
});

test('the rows of the mapping and the overrides are kept as written', () => {
  const changes = {
    mapping: {
      toPbx: { OutOfOffice: 'vacation', Available: '' },
      toTeams: { lunch: 'BeRightBack/BeRightBack', '': 'available/available' },
    },
    overrides: [{ teams: 'jane@example.com', pbx: 'c9ebcc59' }],
    matching: ['sip'],
    directions: 'teams-to-pbx',
    pbxContact: 'teams:',
  };
  expect(checkSettings({ ...needed, ...changes })).toMatchObject({ ok: true, settings: changes });
});

const PLAN = '42A3EC34-28BA-46B6-992F-DB53A675AC5B';

test.each([
  ['given', [PLAN], { teamsPlans: [PLAN.toLowerCase()] }],
  ['null', null, {}],
  ['an empty list', [], {}],
])(
  'plans that count besides the known ones are there only where they are given: %s',
  (_, teamsPlans, rare) => {
    const plain = checkSettings(needed);
    const checked = checkSettings({ ...needed, teamsPlans });
    expect(plain.ok && checked.ok && checked.settings).toEqual({
      ...(plain.ok && plain.settings),
      ...rare,
    });
  },
);

test('a plan is named by its id', () => {
  expect(wrong({ teamsPlans: [PLAN, 'TEAMS1'] })).toEqual([
    ['teamsPlans.1', 'Must be the id of a service plan, a GUID.'],
  ]);
  expect(wrong({ teamsPlans: PLAN }).map(([path]) => path)).toEqual(['teamsPlans']);
});

/** Settings that are there only where somebody chose, and a choice. */
const ON_CHOICE = { timeline: false, requireLicence: true };
/** Tested above. */
const RARE = ['teamsPlans'];

test.each(Object.entries(ON_CHOICE))('%s is there only where somebody chose', (key, chosen) => {
  const checked = checkSettings(needed);
  expect(checked.ok && key in checked.settings).toBe(false);
  expect(checkSettings({ ...needed, [key]: chosen })).toMatchObject({
    settings: { [key]: chosen },
  });
  expect(wrong({ [key]: 7 })).toHaveLength(1);
});

test('the other keys are the contract’s', () => {
  const keys = Object.keys(settingsInput().shape).filter(
    (key) => !(key in ON_CHOICE) && !RARE.includes(key),
  );
  expect(keys).toEqual([
    'masterPbx',
    'notificationUrl',
    'clientIdSyncToPbx',
    'tenantSyncToPbx',
    'clientIdSyncToTeams',
    'tenantSyncToTeams',
    'cloud',
    'source',
    'pollSeconds',
    'matching',
    'overrides',
    'pbxContact',
    'mapping',
    'directions',
    'clientSecretSyncToTeams',
    'certificateSyncToTeams',
  ]);
});

test('requireLicence is a key only where it is set', () => {
  const checked = (more: object) => {
    const result = checkSettings({ ...needed, ...more });
    return result.ok ? result.settings : result.errors;
  };
  expect(checked({})).not.toHaveProperty('requireLicence');
  expect(checked({ requireLicence: true })).toMatchObject({ requireLicence: true });
  expect(checked({ requireLicence: 'yes' })).toEqual([
    { path: 'requireLicence', message: 'Must be true or false.' },
  ]);
});
