// Who a PBX is that dials us, and whether it may come in: the other end of the login in handshake.ts.
// Pure; the challenge comes in as an argument.
import { type AppCredentials, digestOver, sameDigest } from './handshake.ts';
import { memberText, nestingOf } from './member-text.ts';
import { type PbxRequest, readMessage } from './messages.ts';
import {
  challengeResult,
  loginResult,
  type ReceivedLogin,
  receivedLogin,
} from './service-messages.ts';

/** A PBX that is to dial us: `[[pbx]]` without `url`. */
export interface AwaitedPbx {
  /** PBX name. */
  readonly name: string;
  readonly credentials: AppCredentials;
}

/** Why a login was refused; for the log and the lamp, never for the one who tried. */
export type Refused =
  | { why: 'no-challenge' }
  | { why: 'wrong-password' }
  /** What was said cannot be worked with. */
  | { why: 'not-taken'; detail: string }
  | { why: 'user-login'; who: string }
  | { why: 'wrong-app'; app: string }
  | { why: 'unknown-pbx'; name: string | undefined };

export type AdmissionMove =
  | { kind: 'ignore' }
  | { kind: 'challenge'; challenge: string; message: PbxRequest }
  | { kind: 'admitted'; pbx: AwaitedPbx; message: PbxRequest }
  /** `pbx`: the one that was meant, where that is clear. Nothing more is said to this peer. */
  | { kind: 'refused'; refused: Refused; pbx: AwaitedPbx | undefined; message: PbxRequest };

/** A PBX nests its login three deep; `info` is written anew, which takes a stack as deep as it is. */
const NESTING_LIMIT = 32;

/**
 * What to do about a message of somebody who is not logged in.
 * @param challenge what was sent last, good for one login; `undefined`: nothing yet
 */
export function nextAdmissionMove(
  challenge: string | undefined,
  text: string,
  awaited: readonly AwaitedPbx[],
  newChallenge: () => string,
): AdmissionMove {
  const message = readMessage(text);
  if (message?.api !== undefined) return { kind: 'ignore' };
  if (message?.mt === 'AppChallenge') {
    const fresh = newChallenge();
    return { kind: 'challenge', challenge: fresh, message: challengeResult(fresh) };
  }
  if (message?.mt !== 'AppLogin') return { kind: 'ignore' };
  const login = receivedLogin.safeParse(message).data;
  const refuse = (refused: Refused, pbx?: AwaitedPbx): AdmissionMove => ({
    kind: 'refused',
    refused,
    pbx,
    message: loginResult({ app: login?.app ?? '', domain: '' }, false),
  });
  if (challenge === undefined) return refuse({ why: 'no-challenge' });
  if (!login) return refuse({ why: 'wrong-password' });
  if (nestingOf(text) > NESTING_LIMIT) {
    return refuse({ why: 'not-taken', detail: `nested more than ${NESTING_LIMIT} deep` });
  }

  const name = login.info?.pbx;
  const meant = awaited.filter((pbx) => name === undefined || same(pbx.name, name));
  const proven = awaited.filter((pbx) => proves(login, text, challenge, pbx.credentials.password));
  // Until here everything may be a lie; from here on it is the word of a PBX that knows a password.
  if (proven.length === 0) {
    return refuse({ why: 'wrong-password' }, meant.length === 1 ? meant[0] : undefined);
  }
  const fits = proven.filter((pbx) => meant.includes(pbx));
  const objects = fits.filter((pbx) => isObject(login, pbx));
  const [pbx, ...others] = objects.filter((one) => logsInAs(login, one));
  if (pbx && others.length === 0) {
    return { kind: 'admitted', pbx, message: loginResult(login, true) };
  }
  if (fits.length === 0 || pbx) return refuse({ why: 'unknown-pbx', name });
  if (objects.length === 0) return refuse({ why: 'user-login', who: login.sip });
  return refuse({ why: 'wrong-app', app: login.sip }, objects[0]);
}

/** `info` counts as minimal JSON in the order it came in, or else letter by letter as it was sent. */
function proves(login: ReceivedLogin, text: string, challenge: string, password: string): boolean {
  const infoTexts = login.info
    ? new Set([JSON.stringify(login.info), memberText(text, 'info')])
    : [undefined];
  return [...infoTexts].some((infoText) =>
    sameDigest(digestOver(login, infoText, challenge, password), login.digest),
  );
}

/**
 * Whether the App object itself logs in. A user who may open the app gets a digest from the PBX too,
 * but over a login with his own `sip`; `pbxObj`, which also tells them apart, is not in the digest.
 */
const isObject = ({ sip, info }: ReceivedLogin, { credentials }: AwaitedPbx): boolean =>
  same(sip, info?.appobj ?? credentials.app);

/** `app` is the last part of the object's URL, `sip` its Name: admins know the object by either. */
const logsInAs = ({ app, sip }: ReceivedLogin, { credentials }: AwaitedPbx): boolean =>
  same(sip, credentials.app) || same(app, credentials.app);

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
