// What each lamp shows, from the facts. Pure. Lamps stand in the order in which things depend on
// each other, so that the first red one is the place to begin.
import type { Lamp, LampId, LampState } from '../../shared/lamps.ts';
import type { OpenSettings } from '../../shared/settings/schema.ts';
import type { AccountReport, Fault, SignInReport } from '../graph/account-rpc.ts';
import type { WriteFault } from './errand.ts';
import { type CredentialEnd, expiryOf } from './expiry.ts';
import { faultParams, needsAdmin } from './faults.ts';
import { USERS_PER_ACCOUNT } from './spread.ts';
import type { PbxLine, SignIn } from './words.ts';

/** A number of users, and some of them by name. */
interface Some {
  count: number;
  names: string[];
}

export interface Facts {
  /** Epoch ms */
  now: number;
  settings: OpenSettings;
  /** What the app that writes proves itself with; `null`: nothing yet. */
  credential: 'secret' | 'certificate' | null;
  /** When that ends; `null`: not known. */
  credentialEnd: CredentialEnd | null;
  writing: SignIn;
  accounts: { username: string; report: AccountReport | null }[];
  teamsUsers: { loadedAt: number | null; licensed: number };
  /** Why the work behind a lamp failed last; `null`: it did not. */
  faults: {
    settingsCopy: Fault | null;
    tenants: Fault | null;
    teamsUsers: Fault | null;
    accounts: Fault | null;
    pairing: Fault | null;
    /** Reading presences. */
    reading: Fault | null;
  };
  /** Whether a Worker may answer Microsoft's handshake that does not see the settings yet. */
  copyMayBeUnseen: boolean;
  /** How often each user is really read: not as often as wished, where they are too many. */
  pollingEverySeconds: number;
  /** Users for whom no account has room. */
  leftOut: Some;
  /** Users whom Microsoft refuses to subscribe. */
  refused: Some;
  /** User names of accounts whose subscriptions stand and tell nothing. */
  silent: string[];
  agent: { enrolled: boolean; name: string | null };
  /** PBX sessions of the leading agent, by their name in its configuration. */
  lines: Readonly<Record<string, PbxLine>>;
  /** Paired users whose presence may not be seen, by name. */
  unseen: string[];
  /** Those whose calls may not be seen. */
  noCalls: string[];
  /** Those left out because they have no licence on the PBX, by name. */
  unlicensed: string[];
  /** Why the PBX could not be asked for licences that the settings require. */
  licenceFault: { detail: string } | null;
  /** A PBX that does not take some activities from us. */
  notTaken: { name: string; activities: string[] } | null;
  pairing: { known: boolean; paired: number; ambiguous: number };
  sync: { waiting: number; failing: number; fault: WriteFault | undefined };
}

/** A lamp without the time since when it is so. */
export type Shown = Omit<Lamp, 'since'>;

const shown = (
  id: LampId,
  state: LampState,
  code: string,
  params: Shown['params'] = {},
): Shown => ({ id, state, code, params });

/** Names shown of a longer list. */
const some = (names: readonly string[]): string => names.slice(0, 5).join(', ');

/** Red where only an admin can help, also where it is looked at again now and then; else yellow. */
function failed(id: LampId, fault: Fault, params: Shown['params'] = {}): Shown {
  const red = fault.retryAt === null || needsAdmin(fault.code);
  return shown(id, red ? 'error' : 'warning', fault.code, faultParams(fault, params));
}

/** Whom a fault is about, and which of its wordings fits, see `say`. */
type About = { who: string; about: string };

function asApp({ credential, settings }: Facts): About {
  const words = [credential === 'certificate' && 'certificate', settings.source, 'app'];
  return { who: 'the app', about: words.filter(Boolean).join(' ') };
}
const asAccount = (who: string): About => ({ who, about: 'account' });

/** Of what is asked at Graph as whoever reads. */
const asReader = ({ settings, accounts }: Facts, what: 'users' | 'presence'): About =>
  settings.source === 'poll'
    ? { who: 'the app', about: `${what}-poll` }
    : { who: accounts[0]?.username ?? '', about: what };

/** All lamps, in their order. */
export function lampsOf(facts: Facts): Shown[] {
  return [
    settingsLamp(facts),
    readingLamp(facts),
    writingLamp(facts),
    teamsUsersLamp(facts),
    subscriptionsLamp(facts),
    notificationUrlLamp(facts),
    agentLamp(facts),
    pbxLamp(facts),
    rightsLamp(facts),
    pairingLamp(facts),
    syncLamp(facts),
  ];
}

function settingsLamp({ credential, faults: { tenants, settingsCopy } }: Facts): Shown {
  if (credential === null) return shown('settings', 'error', 'client-secret-missing');
  if (tenants) return failed('settings', tenants, { who: 'the app', about: 'settings app' });
  if (settingsCopy) {
    const fault = { ...settingsCopy, code: 'settings-copy-failing' };
    return failed('settings', fault);
  }
  return shown('settings', 'ok', 'settings-complete');
}

function signInLamp(id: LampId, signIn: SignIn | SignInReport, about: About): Shown {
  switch (signIn.state) {
    case 'waiting':
      return shown(id, 'warning', 'sign-in-waiting');
    case 'unknown':
      return shown(id, 'unknown', 'not-tried-yet');
    case 'ok':
      return shown(id, 'ok', 'token-ok');
    case 'failed':
      return failed(id, signIn.fault, about);
  }
}

function readingLamp(facts: Facts): Shown {
  const { settings, accounts, writing } = facts;
  if (settings.source === 'poll') return signInLamp('tokenForReading', writing, asApp(facts));
  if (accounts.length === 0) return shown('tokenForReading', 'error', 'account-missing');
  const signIns = accounts.map(({ username, report }) => ({
    username,
    signIn: report?.signIn ?? ({ state: 'unknown' } as const),
  }));
  const worst =
    signIns.find(({ signIn }) => signIn.state === 'failed') ??
    signIns.find(({ signIn }) => signIn.state === 'waiting') ??
    signIns.find(({ signIn }) => signIn.state === 'unknown') ??
    signIns[0];
  return worst
    ? signInLamp('tokenForReading', worst.signIn, asAccount(worst.username))
    : shown('tokenForReading', 'unknown', 'not-tried-yet');
}

/** A credential near its end is told while all is well; one that has ended is why the app is refused. */
function writingLamp(facts: Facts): Shown {
  const { writing, credentialEnd, now } = facts;
  const expiry = credentialEnd && expiryOf(credentialEnd, now);
  if (!expiry || writing.state === 'unknown') {
    return signInLamp('tokenForWriting', writing, asApp(facts));
  }
  const { state, code, params } = expiry;
  if (writing.state === 'ok') return shown('tokenForWriting', state, code, params);
  if (state === 'error' && needsAdmin(writing.fault.code)) {
    return shown('tokenForWriting', 'error', code, faultParams(writing.fault, params));
  }
  return signInLamp('tokenForWriting', writing, asApp(facts));
}

/**
 * Why nobody can sign in to read. What is read then waits for that, whatever it was told itself.
 */
function unableToRead(facts: Facts): ((id: LampId) => Shown) | null {
  const { settings, accounts, writing } = facts;
  if (settings.source === 'poll') {
    return writing.state === 'failed' ? (id) => failed(id, writing.fault, asApp(facts)) : null;
  }
  const [first, ...others] = accounts;
  const signIn = first?.report?.signIn;
  if (!first || signIn?.state !== 'failed') return null;
  if (others.some(({ report }) => report?.signIn.state === 'ok')) return null;
  return (id) => failed(id, signIn.fault, asAccount(first.username));
}

function teamsUsersLamp(facts: Facts): Shown {
  const { loadedAt, licensed } = facts.teamsUsers;
  const fault = facts.faults.teamsUsers;
  if (fault) {
    const unable = unableToRead(facts);
    return unable?.('teamsUsers') ?? failed('teamsUsers', fault, asReader(facts, 'users'));
  }
  if (loadedAt === null) return shown('teamsUsers', 'unknown', 'not-tried-yet');
  if (licensed === 0) return shown('teamsUsers', 'error', 'teams-users-none');
  return shown('teamsUsers', 'ok', 'teams-users-loaded', { count: licensed });
}

function subscriptionsLamp(facts: Facts): Shown {
  const { settings, accounts, leftOut, refused, silent, pairing, faults, now } = facts;
  if (settings.source === 'poll') {
    if (faults.reading) return readingFailed('subscriptions', faults.reading, facts);
    const { pollingEverySeconds: seconds } = facts;
    return shown('subscriptions', 'ok', 'polling', { users: pairing.paired, seconds });
  }
  if (accounts.length === 0) return shown('subscriptions', 'error', 'account-missing');
  for (const { username, report } of accounts) {
    if (report?.presence.state !== 'failed') continue;
    const about = { who: username, about: 'subscription' };
    return failed('subscriptions', report.presence.fault, about);
  }
  if (faults.accounts) return failed('subscriptions', faults.accounts);
  if (leftOut.count > 0) {
    const missing = Math.ceil(leftOut.count / USERS_PER_ACCOUNT);
    const params = { count: leftOut.count, users: some(leftOut.names), missing };
    return shown('subscriptions', 'warning', 'not-enough-accounts', params);
  }
  if (refused.count > 0) {
    const params = { count: refused.count, users: some(refused.names) };
    return shown('subscriptions', 'warning', 'users-refused', params);
  }
  if (silent.length > 0) {
    return shown('subscriptions', 'warning', 'subscription-silent', { who: some(silent) });
  }
  const states = accounts.flatMap(({ report }) => (report ? [report.presence] : []));
  const active = states.filter((state) => state.state === 'active');
  if (active.some(({ expiresAt }) => expiresAt <= now)) {
    return shown('subscriptions', 'warning', 'subscription-expired');
  }
  if (active.length > 0 && !states.some((state) => state.state === 'creating')) {
    const users = active.reduce((sum, state) => sum + state.userIds.length, 0);
    return shown('subscriptions', 'ok', 'subscribed', { users, accounts: active.length });
  }
  const pending = states.some((state) => state.state === 'creating');
  return shown('subscriptions', 'unknown', pending ? 'subscribing' : 'nobody-to-subscribe');
}

const readingFailed = (id: LampId, fault: Fault, facts: Facts): Shown =>
  unableToRead(facts)?.(id) ?? failed(id, fault, asReader(facts, 'presence'));

/** A handshake that fails is tried again before it is red: DNS or a proxy may be a moment behind. */
const PATIENCE = 2;

/** From Microsoft's handshake, never from a request of the edge to itself. */
function notificationUrlLamp({ settings, accounts, copyMayBeUnseen }: Facts): Shown {
  if (settings.source === 'poll') {
    return shown('notificationUrl', 'ok', 'notification-url-not-needed');
  }
  const states = accounts.flatMap(({ report }) => (report ? [report.presence] : []));
  for (const state of states) {
    if (state.state === 'failed' && state.fault.code === 'notification-url-unreachable') {
      const mayBeEarly = copyMayBeUnseen || (state.failures ?? PATIENCE) < PATIENCE;
      const lamp = failed('notificationUrl', state.fault);
      return mayBeEarly ? lamp : { ...lamp, state: 'error' };
    }
  }
  if (states.some((state) => state.state === 'active')) {
    return shown('notificationUrl', 'ok', 'notification-url-reached');
  }
  return shown('notificationUrl', 'unknown', 'not-tried-yet');
}

function agentLamp({ agent }: Facts): Shown {
  if (agent.name !== null) return shown('agent', 'ok', 'agent-connected', { name: agent.name });
  return shown('agent', 'error', agent.enrolled ? 'agent-offline' : 'agent-not-enrolled');
}

/** Codes of the agent that have words of their own; the others share `pbx-down`. */
const PBX_FAULTS: ReadonlyMap<string, string> = new Map([
  ['unreachable', 'pbx-unreachable'],
  ['not-called', 'pbx-not-called'],
  ['tls', 'pbx-tls'],
  ['login-refused', 'pbx-login-refused'],
  ['api-missing', 'pbx-api-missing'],
]);

/** What the PBX calls itself counts; its name in the agent's configuration only where it says nothing. */
export const isMaster = (masterPbx: string, configured: string, line: PbxLine): boolean => {
  const name = line.state === 'up' ? (line.name ?? configured) : configured;
  return name.toLowerCase() === masterPbx.toLowerCase();
};

function pbxLamp({ settings, lines, agent }: Facts): Shown {
  if (agent.name === null) return shown('pbx', 'unknown', 'pbx-unknown');
  const all = Object.entries(lines);
  for (const [name, line] of all) {
    if (line.state === 'up') continue;
    const { code, detail } = line.fault;
    return shown('pbx', 'error', PBX_FAULTS.get(code) ?? 'pbx-down', { name, detail });
  }
  if (all.length === 0) return shown('pbx', 'unknown', 'not-tried-yet');
  if (!all.some(([name, line]) => isMaster(settings.masterPbx, name, line))) {
    const found = all.map(([name, line]) => (line.state === 'up' ? (line.name ?? name) : name));
    const params = { found: found.join(', '), wanted: settings.masterPbx };
    return shown('pbx', 'error', 'pbx-name-wrong', params);
  }
  return shown('pbx', 'ok', 'pbx-connected', { name: all.map(([name]) => name).join(', ') });
}

function rightsLamp({ unseen, noCalls, unlicensed, licenceFault, agent }: Facts): Shown {
  if (agent.name === null) return shown('rights', 'unknown', 'pbx-unknown');
  const of = (users: readonly string[]) => ({ count: users.length, users: some(users) });
  if (unseen.length > 0) return shown('rights', 'warning', 'rights-missing', of(unseen));
  if (noCalls.length > 0) return shown('rights', 'warning', 'rights-no-calls', of(noCalls));
  if (licenceFault) {
    return shown('rights', 'warning', 'licence-unknown', { detail: licenceFault.detail });
  }
  if (unlicensed.length > 0) return shown('rights', 'ok', 'rights-ok-unlicensed', of(unlicensed));
  return shown('rights', 'ok', 'rights-ok');
}

function pairingLamp({ pairing: { known, paired, ambiguous }, faults }: Facts): Shown {
  if (faults.pairing) return failed('pairing', faults.pairing);
  if (!known) return shown('pairing', 'unknown', 'pairing-waiting');
  if (paired === 0) return shown('pairing', 'error', 'pairing-none');
  if (ambiguous > 0) {
    return shown('pairing', 'warning', 'pairing-ambiguous', { count: paired, ambiguous });
  }
  return shown('pairing', 'ok', 'paired', { count: paired });
}

/** Refusals that meet every user alike, not only the one that was written. */
const OF_EVERYBODY: ReadonlySet<string> = new Set(['graph-forbidden', 'graph-not-implemented']);

function syncLamp(facts: Facts): Shown {
  const { settings, sync, pairing, agent, faults, notTaken } = facts;
  const { waiting, failing, fault } = sync;
  if (failing > 0 && fault) {
    const state = OF_EVERYBODY.has(fault.code) ? 'error' : 'warning';
    const params = { count: failing, why: fault.code, about: 'write' };
    return shown('sync', state, 'sync-failing', faultParams(fault, params));
  }
  if (pairing.paired === 0 || agent.name === null)
    return shown('sync', 'unknown', 'pairing-waiting');
  // Polling has a lamp of its own for this; without it a lost notification is not found.
  if (faults.reading && settings.source !== 'poll') {
    return readingFailed('sync', faults.reading, facts);
  }
  if (waiting > 0) return shown('sync', 'ok', 'sync-waiting', { count: waiting });
  if (notTaken) {
    const params = { name: notTaken.name, activities: notTaken.activities.join(', ') };
    return shown('sync', 'ok', 'in-sync-with-busy', params);
  }
  return shown('sync', 'ok', 'in-sync');
}
