// The login as an App object: the digest, and the steps where we dial and log in at the PBX. Where the
// PBX dials us, it says the same and admission.ts answers. Pure; the line is elsewhere.
//
//   AppChallenge → AppChallengeResult → AppLogin → AppLoginResult
import { createHash, timingSafeEqual } from 'node:crypto';
import {
  appChallenge,
  appChallengeResult,
  appLogin,
  appLoginResult,
  errorOf,
  type PbxMessage,
  type PbxRequest,
} from './messages.ts';

export interface LoginFields {
  readonly app: string;
  readonly domain: string;
  readonly sip: string;
  readonly guid: string;
  readonly dn: string;
  /** Counts in the digest when present, even when empty. Its key order matters. */
  readonly info?: object;
}

/**
 * The proof of knowing the password, as lower-case hex (SDK, AppWebsocket "AppLogin"). The text of
 * `info` is minimal JSON without escaping of `/` or letters beyond ASCII, as JSON.stringify makes it.
 */
export function loginDigest(
  { info, ...fields }: LoginFields,
  challenge: string,
  password: string,
): string {
  const infoText = info === undefined ? undefined : JSON.stringify(info);
  return digestOver(fields, infoText, challenge, password);
}

/** The same over the text of `info` as it came. */
export function digestOver(
  { app, domain, sip, guid, dn }: Omit<LoginFields, 'info'>,
  infoText: string | undefined,
  challenge: string,
  password: string,
): string {
  const info = infoText === undefined ? [] : [infoText];
  return createHash('sha256')
    .update([app, domain, sip, guid, dn, ...info, challenge, password].join(':'), 'utf8')
    .digest('hex');
}

/** Compares in constant time: a stranger must not learn how much of a digest is right. */
export function sameDigest(expected: string, received: string): boolean {
  const [ours, theirs] = [Buffer.from(expected), Buffer.from(received)];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}

export interface AppCredentials {
  /** Name of the App object. */
  readonly app: string;
  readonly password: string;
}

export type LoginStep = 'challenged' | 'answered';

export type LoginMove =
  | { kind: 'send'; step: LoginStep; message: PbxRequest }
  | { kind: 'ignore' }
  | { kind: 'done' }
  | { kind: 'refused'; detail: string };

/** The first move: ask for a challenge. */
export const beginLogin = (): LoginMove & { kind: 'send' } => ({
  kind: 'send',
  step: 'challenged',
  message: appChallenge(),
});

/** What to do about `message` at `step`. What does not belong to the login is ignored. */
export function nextLoginMove(
  step: LoginStep,
  message: PbxMessage,
  credentials: AppCredentials,
): LoginMove {
  if (step === 'challenged' && message.mt === 'AppChallengeResult') {
    const result = appChallengeResult.safeParse(message).data;
    if (!result) return { kind: 'refused', detail: errorOf(message) ?? 'it sent no challenge' };
    const login = { app: credentials.app, domain: '', sip: '', guid: '', dn: '' };
    const digest = loginDigest(login, result.challenge, credentials.password);
    return { kind: 'send', step: 'answered', message: appLogin({ ...login, digest }) };
  }
  if (step === 'answered' && message.mt === 'AppLoginResult') {
    if (appLoginResult.safeParse(message).success) return { kind: 'done' };
    return { kind: 'refused', detail: errorOf(message) ?? 'no reason given' };
  }
  return { kind: 'ignore' };
}
