// The lamps of Microsoft's side: signing in, users, subscriptions or polling, the notification URL. Pure.
import type { LampId } from '../../shared/lamps.ts';
import type { Fault, SignInReport } from '../graph/account-rpc.ts';
import { isLive, isUnable } from './coverage.ts';
import { expiryOf } from './expiry.ts';
import { faultParams, needsAdmin } from './faults.ts';
import { type Facts, failed, type Shown, shown, some } from './lamp-facts.ts';
import { USERS_PER_ACCOUNT } from './spread.ts';
import type { SignIn } from './words.ts';

/** Whom a fault is about, and which of its wordings fits, see `say`. */
type About = { who: string; about: string };

function asApp({ credential, settings }: Facts): About {
  const words = [credential === 'certificate' && 'certificate', settings.source, 'app'];
  return { who: 'the app', about: words.filter(Boolean).join(' ') };
}
const asAccount = (who: string): About => ({ who, about: 'account' });

/** Of what is asked at Graph as whoever reads. */
const asReader = ({ settings, reader }: Facts, what: 'users' | 'presence'): About =>
  settings.source === 'poll'
    ? { who: 'the app', about: `${what}-poll` }
    : { who: reader ?? '', about: what };

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

export function readingLamp(facts: Facts): Shown {
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
export function writingLamp(facts: Facts): Shown {
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
  // It is the first whose sign-in works: where that of the reader has failed, none does.
  const { username, report } = accounts.find(({ username }) => username === facts.reader) ?? {};
  const signIn = report?.signIn;
  if (username === undefined || signIn?.state !== 'failed') return null;
  return (id) => failed(id, signIn.fault, asAccount(username));
}

export function teamsUsersLamp(facts: Facts): Shown {
  const { loadedAt, licensed } = facts.teamsUsers;
  const fault = facts.faults.teamsUsers;
  if (fault) {
    const unable = unableToRead(facts);
    return unable?.('teamsUsers') ?? failed('teamsUsers', fault, asReader(facts, 'users'));
  }
  if (loadedAt === null) return shown('teamsUsers', 'unknown', 'not-tried-yet');
  if (licensed === 0) return shown('teamsUsers', 'error', 'teams-users-none');
  const untold = whyNotTold(facts);
  if (!untold) return shown('teamsUsers', 'ok', 'teams-users-loaded', { count: licensed });
  const about = { who: untold.who, about: 'watch subscription' };
  const params = faultParams(untold.fault, { count: licensed, why: untold.fault.code, ...about });
  return shown('teamsUsers', 'ok', 'teams-users-asked', params);
}

/**
 * Why Microsoft tells of no change to the users; `null`: it does, or is not to. Green all the same: asking
 * once a minute does as well (facts: graph §2.7), and nothing is lost.
 */
function whyNotTold({ settings, accounts, now }: Facts): { fault: Fault; who: string } | null {
  if (settings.source === 'poll') return null;
  const watches = accounts.flatMap(({ username: who, report }) =>
    report ? [{ who, users: report.users }] : [],
  );
  if (watches.some(({ users }) => users.state === 'active' && users.expiresAt > now)) return null;
  for (const { who, users } of watches) {
    if (users.state === 'failed') return { who, fault: users.fault };
  }
  return null;
}

export function subscriptionsLamp(facts: Facts): Shown {
  const { settings, accounts, leftOut, unserved, refused, silent, pairing, faults, now } = facts;
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
  // What came over everybody before what some have to live with.
  if (silent.length > 0) {
    return shown('subscriptions', 'warning', 'subscription-silent', { who: some(silent) });
  }
  const troubled = troubledLamp(facts);
  if (troubled) return troubled;
  const able = accounts.filter((account) => !isUnable(account, now));
  const states = able.flatMap(({ report }) => (report ? [report.presence] : []));
  const active = states.filter((state) => state.state === 'active');
  if (active.some(({ expiresAt }) => expiresAt <= now)) {
    return shown('subscriptions', 'warning', 'subscription-expired');
  }
  const unable = accounts.filter((account) => isUnable(account, now));
  if (unable.length > 0 && unserved.count > 0) {
    const who = some(unable.map(({ username }) => username).filter((name) => name !== ''));
    const params = { who, count: unserved.count, users: some(unserved.names, unserved.count) };
    return shown('subscriptions', 'warning', 'account-unable', params);
  }
  if (leftOut.count > 0) {
    const missing = Math.ceil(leftOut.count / USERS_PER_ACCOUNT);
    const params = { count: leftOut.count, users: some(leftOut.names, leftOut.count), missing };
    return shown('subscriptions', 'warning', 'not-enough-accounts', params);
  }
  if (refused.count > 0) {
    const params = { count: refused.count, users: some(refused.names, refused.count) };
    const told = refused.fault ? faultParams(refused.fault, params) : params;
    return shown('subscriptions', 'warning', 'users-refused', told);
  }
  if (active.length > 0 && !states.some((state) => state.state === 'creating')) {
    if (facts.withoutTeams.length > 0) {
      const who = some(facts.withoutTeams);
      return shown('subscriptions', 'warning', 'account-without-teams', { who });
    }
    const users = active.reduce((sum, state) => sum + state.userIds.length, 0);
    return shown('subscriptions', 'ok', 'subscribed', { users, accounts: active.length });
  }
  const pending = states.some((state) => state.state === 'creating');
  return shown('subscriptions', 'unknown', pending ? 'subscribing' : 'nobody-to-subscribe');
}

/** A renewal that failed once is not worth a word: the subscription lasts for most of an hour. */
const RENEWAL_PATIENCE = 2;

/** One that stands, and cannot be renewed. */
function troubledLamp({ accounts, now }: Facts): Shown | null {
  for (const { username: who, report } of accounts) {
    const presence = report?.presence;
    if (!isLive(presence, now) || !presence.trouble) continue;
    const { fault, failures } = presence.trouble;
    if (failures < RENEWAL_PATIENCE) continue;
    const ends = new Date(presence.expiresAt).toISOString().slice(11, 16);
    const params = { who, ends, why: fault.code, about: 'subscription' };
    return shown('subscriptions', 'warning', 'renewal-failing', faultParams(fault, params));
  }
  return null;
}

export const readingFailed = (id: LampId, fault: Fault, facts: Facts): Shown =>
  unableToRead(facts)?.(id) ?? failed(id, fault, asReader(facts, 'presence'));

/** A handshake that fails is tried again before it is red: DNS or a proxy may be a moment behind. */
const PATIENCE = 2;

/** From Microsoft's handshake, never from a request of the edge to itself. */
export function notificationUrlLamp({ settings, accounts, copyMayBeUnseen }: Facts): Shown {
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
