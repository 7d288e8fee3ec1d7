import { describe, expect, test } from 'vitest';
import type { Facts } from '../../../edge/connector/lamp-facts.ts';
import { lampsOf } from '../../../edge/connector/lamps.ts';
import { isMaster } from '../../../edge/connector/lamps-on-site.ts';
import type { AccountReport, Fault } from '../../../edge/graph/account-rpc.ts';
import { teamsUserId } from '../../../shared/ids.ts';
import { LAMP_IDS, type LampId, type LampState } from '../../../shared/lamps.ts';
import { checkSettings } from '../../../shared/settings/schema.ts';
import { isTextCode, say } from '../../../shared/texts/say.ts';
import { QUIET } from '../../shared/texts/facts.ts';
import { POLLING, SUBSCRIBING } from './bed.ts';

const NOW = 1_000_000;
const SOON = NOW + 5_000;

function settingsOf(input: unknown) {
  const checked = checkSettings(input);
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
  return checked.settings;
}
const polling = settingsOf(POLLING);
const passing = (code: string): Fault => ({ code, detail: 'd', requestId: 'r-1', retryAt: SOON });
const final = (code: string): Fault => ({ code, detail: 'd', retryAt: null });

const active: AccountReport['presence'] = {
  state: 'active',
  generation: 1,
  id: 's',
  expiresAt: NOW + 1,
  userIds: [teamsUserId('a'), teamsUserId('b')],
  refused: null,
  encryptionId: 'key-1',
  trouble: null,
};
const account = (
  presence: AccountReport['presence'] = active,
  signIn: AccountReport['signIn'] = { state: 'ok' },
  users: AccountReport['users'] = { ...active, userIds: [], encryptionId: null },
) => ({ username: 'sync@example.com', report: { accountId: 'a1', signIn, presence, users } });

const refusedWatch: AccountReport['users'] = {
  state: 'failed',
  fault: passing('subscription-quota'),
};

const GOOD: Facts = {
  ...QUIET,
  now: NOW,
  settings: settingsOf(SUBSCRIBING),
  accounts: [account()],
  reader: 'sync@example.com',
  teamsUsers: { loadedAt: NOW, licensed: 7 },
  agent: { enrolled: true, name: 'rack' },
};
const faulty = (faults: Partial<Facts['faults']>): Partial<Facts> => ({
  faults: { ...GOOD.faults, ...faults },
});
const down = (code: string): Partial<Facts> => ({
  lines: { pbx: { state: 'down', fault: { code, detail: 'd' } } },
});

test('all is well: every lamp is green, in their order', () => {
  const lamps = lampsOf(GOOD);
  expect(lamps.map(({ id }) => id)).toEqual(LAMP_IDS);
  expect(lamps.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(lampsOf({ ...GOOD, settings: polling, accounts: [] }).map(({ state }) => state)).toEqual(
    Array(LAMP_IDS.length).fill('ok'),
  );
});

const failedWrite = {
  code: 'graph-unavailable',
  detail: '503',
  requestId: 'r-9',
  write: { kind: 'set-session' },
  failures: 2,
  retryAt: SOON,
} as const;

test('not enough accounts: says how many more are needed', () => {
  const names = ['Ann', 'Bob', 'Cem', 'Dee', 'Eva'];
  const saidOf = (leftOut: Facts['leftOut']) =>
    lampsOf({ ...GOOD, leftOut }).find(({ id }) => id === 'subscriptions')?.params;
  const many = saidOf({ count: 651, names });
  expect(many).toMatchObject({ count: 651, users: 'Ann, Bob, Cem, Dee, Eva, …', missing: 2 });
  const five = saidOf({ count: 5, names });
  expect(five).toMatchObject({ count: 5, users: 'Ann, Bob, Cem, Dee, Eva', missing: 1 });
});

test('Microsoft does not tell of changes to the users: says why, what helps, and that they still show', () => {
  const accounts = [account(active, { state: 'ok' }, refusedWatch)];
  const lamp = lampsOf({ ...GOOD, accounts }).find(({ id }) => id === 'teamsUsers');
  const en = say('en', lamp?.code ?? '', lamp?.params);
  expect(en.message).toMatch(
    /^Users with a Teams plan: 7\. .* asked for every minute, because Microsoft does not tell of changes: Microsoft allows no further subscription.* Next try at .*r-1/,
  );
  expect(en.action).toMatch(/^Changes show all the same, .*Other programs of this tenant/);
  const de = say('de', lamp?.code ?? '', lamp?.params);
  expect(de.message).toMatch(
    /^Benutzer mit Teams-Plan: 7\. .* jede Minute abgefragt, weil Microsoft .*r-1/,
  );
  expect(`${de.message} ${de.action}`).not.toMatch(/\?|\{/);
});

describe('one row a state', () => {
  test.each<[LampId, LampState, string, Partial<Facts>]>([
    ['settings', 'error', 'client-secret-missing', { credential: null }],
    ['settings', 'error', 'tenant-unknown', faulty({ tenants: final('tenant-unknown') })],
    ['settings', 'warning', 'login-unavailable', faulty({ tenants: passing('login-unavailable') })],
    ['settings', 'warning', 'settings-copy-failing', faulty({ settingsCopy: passing('internal') })],

    ['tokenForReading', 'error', 'account-missing', { accounts: [] }],
    [
      'tokenForReading',
      'unknown',
      'not-tried-yet',
      { accounts: [{ username: 'a', report: null }] },
    ],
    [
      'tokenForReading',
      'error',
      'wrong-credentials',
      {
        accounts: [
          account(),
          account(active, { state: 'failed', fault: final('wrong-credentials') }),
        ],
      },
    ],
    [
      'tokenForReading',
      'error',
      'client-secret-expired',
      { settings: polling, writing: { state: 'failed', fault: final('client-secret-expired') } },
    ],

    ['tokenForWriting', 'unknown', 'not-tried-yet', { writing: { state: 'unknown' } }],
    [
      'tokenForWriting',
      'error',
      'wrong-client-secret',
      { writing: { state: 'failed', fault: final('wrong-client-secret') } },
    ],
    [
      'tokenForWriting',
      'warning',
      'login-throttled',
      { writing: { state: 'failed', fault: passing('login-throttled') } },
    ],

    [
      'teamsUsers',
      'ok',
      'teams-users-asked',
      { accounts: [account(active, { state: 'ok' }, refusedWatch)] },
    ],
    [
      'teamsUsers',
      'ok',
      'teams-users-loaded',
      { accounts: [account(active, { state: 'ok' }, refusedWatch), account()] },
    ],
    ['teamsUsers', 'unknown', 'not-tried-yet', { teamsUsers: { loadedAt: null, licensed: 0 } }],
    ['teamsUsers', 'error', 'teams-users-none', { teamsUsers: { loadedAt: NOW, licensed: 0 } }],
    ['teamsUsers', 'error', 'graph-forbidden', faulty({ teamsUsers: final('graph-forbidden') })],
    ['teamsUsers', 'warning', 'graph-timeout', faulty({ teamsUsers: passing('graph-timeout') })],

    ['subscriptions', 'error', 'account-missing', { accounts: [] }],
    ['subscriptions', 'unknown', 'nobody-to-subscribe', { accounts: [account({ state: 'none' })] }],
    [
      'subscriptions',
      'unknown',
      'subscribing',
      { accounts: [account({ state: 'creating', generation: 1, userIds: [] })] },
    ],
    [
      'subscriptions',
      'warning',
      'graph-conflict',
      { accounts: [account({ state: 'failed', fault: passing('graph-conflict') })] },
    ],
    [
      'subscriptions',
      'warning',
      'subscription-expired',
      { accounts: [account({ ...active, expiresAt: NOW - 1 })] },
    ],
    [
      'subscriptions',
      'warning',
      'not-enough-accounts',
      { leftOut: { count: 900, names: ['Ann', 'Bob'] } },
    ],
    ['subscriptions', 'warning', 'account-without-teams', { withoutTeams: ['sync@example.com'] }],
    [
      'subscriptions',
      'warning',
      'account-unable',
      {
        accounts: [
          account(),
          account(
            { ...active, expiresAt: NOW },
            { state: 'failed', fault: final('wrong-credentials') },
          ),
        ],
        unserved: { count: 9, names: ['Ann'] },
      },
    ],
    [
      'subscriptions',
      'ok',
      'subscribed',
      {
        accounts: [
          account(),
          account({ state: 'none' }, { state: 'failed', fault: final('wrong-credentials') }),
        ],
      },
    ],
    [
      'subscriptions',
      'ok',
      'subscribed',
      {
        accounts: [
          account({ ...active, trouble: { fault: passing('graph-timeout'), failures: 1 } }),
        ],
      },
    ],
    [
      'subscriptions',
      'warning',
      'renewal-failing',
      {
        accounts: [
          account({ ...active, trouble: { fault: final('graph-forbidden'), failures: 2 } }),
        ],
      },
    ],
    [
      'subscriptions',
      'warning',
      'subscription-silent',
      {
        silent: ['sync@example.com'],
        leftOut: { count: 9, names: ['Ann'] },
        refused: { count: 1, names: ['Bob'], fault: null },
      },
    ],
    [
      'subscriptions',
      'warning',
      'renewal-failing',
      {
        accounts: [
          account({ ...active, trouble: { fault: final('graph-forbidden'), failures: 2 } }),
        ],
        leftOut: { count: 9, names: ['Ann'] },
      },
    ],
    ['subscriptions', 'warning', 'subscription-silent', { silent: ['sync@example.com'] }],
    [
      'subscriptions',
      'warning',
      'users-refused',
      { refused: { count: 1, names: ['Ann'], fault: null } },
    ],
    [
      'subscriptions',
      'warning',
      'account-object-unreachable',
      faulty({ accounts: passing('account-object-unreachable') }),
    ],
    [
      'subscriptions',
      'error',
      'graph-forbidden',
      { settings: polling, ...faulty({ reading: final('graph-forbidden') }) },
    ],

    [
      'notificationUrl',
      'error',
      'notification-url-unreachable',
      { accounts: [account({ state: 'failed', fault: passing('notification-url-unreachable') })] },
    ],
    [
      'notificationUrl',
      'warning',
      'notification-url-unreachable',
      {
        accounts: [
          account({ state: 'failed', fault: passing('notification-url-unreachable'), failures: 1 }),
        ],
      },
    ],
    [
      'notificationUrl',
      'warning',
      'notification-url-unreachable',
      {
        copyMayBeUnseen: true,
        accounts: [account({ state: 'failed', fault: passing('notification-url-unreachable') })],
      },
    ],
    ['notificationUrl', 'unknown', 'not-tried-yet', { accounts: [account({ state: 'none' })] }],

    ['agent', 'error', 'agent-not-enrolled', { agent: { enrolled: false, name: null } }],
    ['agent', 'error', 'agent-offline', { agent: { enrolled: true, name: null } }],

    ['pbx', 'unknown', 'pbx-unknown', { agent: { enrolled: true, name: null } }],
    ['pbx', 'unknown', 'not-tried-yet', { lines: {} }],
    ['pbx', 'error', 'pbx-unreachable', down('unreachable')],
    ['pbx', 'error', 'pbx-tls', down('tls')],
    ['pbx', 'error', 'pbx-not-called', down('not-called')],
    ['pbx', 'error', 'pbx-login-refused', down('login-refused')],
    ['pbx', 'error', 'pbx-api-missing', down('api-missing')],
    ['pbx', 'error', 'pbx-down', down('constructor')],
    [
      'pbx',
      'error',
      'pbx-name-wrong',
      { lines: { pbx: { state: 'up', name: 'other', domain: null } } },
    ],

    ['rights', 'unknown', 'pbx-unknown', { agent: { enrolled: true, name: null } }],
    ['rights', 'warning', 'rights-missing', { unseen: ['Ann', 'Bob'], noCalls: ['Cid'] }],
    ['rights', 'warning', 'rights-no-calls', { noCalls: ['Cid'], unlicensed: ['Dan'] }],
    ['rights', 'warning', 'licence-unknown', { licenceFault: { detail: 'd' } }],
    ['rights', 'ok', 'rights-ok-unlicensed', { unlicensed: ['Dan'] }],

    [
      'pairing',
      'unknown',
      'pairing-waiting',
      { pairing: { known: false, paired: 0, ambiguous: 0 } },
    ],
    ['pairing', 'error', 'pairing-none', { pairing: { known: true, paired: 0, ambiguous: 0 } }],
    [
      'pairing',
      'warning',
      'pairing-ambiguous',
      { pairing: { known: true, paired: 1, ambiguous: 2 } },
    ],
    ['pairing', 'warning', 'internal', faulty({ pairing: passing('internal') })],

    ['sync', 'unknown', 'sync-not-yet', { agent: { enrolled: true, name: null } }],
    ['sync', 'unknown', 'sync-not-yet', { pairing: { known: true, paired: 0, ambiguous: 0 } }],
    ['sync', 'ok', 'in-sync-with-busy', { notTaken: { name: 'pbx', activities: ['meeting'] } }],
    ['sync', 'ok', 'sync-waiting', { sync: { waiting: 3, failing: 0, fault: undefined } }],
    ['sync', 'warning', 'sync-failing', { sync: { waiting: 0, failing: 2, fault: failedWrite } }],
    ['sync', 'error', 'graph-forbidden', faulty({ reading: final('graph-forbidden') })],
  ])('%s is %s: %s', (id, state, code, facts) => {
    const lamp = lampsOf({ ...GOOD, ...facts }).find((one) => one.id === id);
    expect(lamp).toMatchObject({ state, code });
    expect(isTextCode(code), `words for ${code}`).toBe(true);
  });
});

test('an admin sees when it is tried again, and what the support of Microsoft asks for', () => {
  const [, , writing] = lampsOf({
    ...GOOD,
    writing: { state: 'failed', fault: passing('login-unavailable') },
  });
  expect(writing?.params).toMatchObject({ who: 'the app', retryAt: SOON, requestId: 'r-1' });
  const sync = lampsOf({ ...GOOD, sync: { waiting: 0, failing: 2, fault: failedWrite } }).at(-1);
  expect(sync?.params).toEqual({
    count: 2,
    why: 'graph-unavailable',
    about: 'write',
    detail: '503',
    requestId: 'r-9',
    retryAt: failedWrite.retryAt,
  });
});

test.each([
  ['pbx', 'pbx', 'PBX', true],
  ['what the PBX calls itself counts', 'left', 'pbx', true],
  ['also against the configuration', 'pbx', 'other', false],
  ['it says nothing: its name in the configuration', 'pbx', null, true],
])('the master: %s', (_, configured, name, expected) => {
  expect(isMaster('pbx', configured, { state: 'up', name, domain: null })).toBe(expected);
});
