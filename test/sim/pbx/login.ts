/**
 * The two login conversations of AppWebsocket (facts §1.4, §1.5) as state machines without a socket:
 * the PBX lets somebody in (mode B), or asks an app service to be let in (mode A).
 *
 *   mode B   idle ──AppChallenge──▶ challenged ──AppLogin──▶ in | closed
 *   mode A   AppChallenge▶ ──AppChallengeResult──▶ AppLogin▶ ──AppLoginResult──▶ in | closed
 */
import type { AppObject } from './app-objects.ts';
import { type LoginFields, loginDigest, newChallenge, sameDigest } from './digest.ts';
import { checkFields } from './fields.ts';
import { errorMessage, type Message, result } from './messages.ts';

/** What follows from one message. */
export interface LoginStep {
  say: Message[];
  next: 'wait' | 'close' | { loggedIn: AppObject };
  violation?: [code: string, detail: string];
}

/** One side of a login. */
export interface Login {
  /** What to say as soon as the connection stands. */
  start(): Message[];
  handle(message: Message): LoginStep;
}

const loginFields = {
  app: 'string',
  domain: 'string',
  sip: 'string',
  guid: 'string',
  dn: 'string',
  digest: 'string',
  info: 'object',
  pbxObj: 'string',
} as const;

/** Mode B: the PBX is the one who challenges. */
export function acceptLogin(apps: ReadonlyMap<string, AppObject>, domain: string): Login {
  let challenge: string | undefined;

  function refuse(request: Message, code: string, detail: string): LoginStep {
    // One text for every reason, as a stranger must not learn which names exist.
    const fields = { app: request['app'], domain, ok: false, error: 1, errorText: 'Login failed' };
    return { say: [result(request, fields)], next: 'close', violation: [code, detail] };
  }

  function login(request: Message): LoginStep {
    const asked = challenge;
    // Used once, whatever comes of it.
    challenge = undefined;
    if (asked === undefined) return refuse(request, 'login-without-challenge', '');
    const { unknown, wrong } = checkFields(request, loginFields);
    if (wrong.length > 0) return refuse(request, 'wrong-type', wrong.join());
    const app = apps.get(String(request['app']));
    if (!app) return refuse(request, 'unknown-app', String(request['app']));
    if (request['sip']) return refuse(request, 'user-login', 'logging in as a user: not modelled');
    if (!sameDigest(loginDigest(request, asked, app.password), request['digest']))
      return refuse(request, 'wrong-digest', app.h323);
    return {
      say: [result(request, { app: app.h323, domain, ok: true })],
      next: { loggedIn: app },
      ...(unknown.length > 0
        ? { violation: ['unknown-field', `AppLogin: ${unknown.join()}`] as [string, string] }
        : {}),
    };
  }

  return {
    start: () => [],
    handle(message) {
      if (message.mt === 'AppLogin' && !message.api) return login(message);
      if (message.mt === 'AppChallenge' && !message.api) {
        challenge = newChallenge();
        return { say: [result(message, { challenge })], next: 'wait' };
      }
      return beforeLogin(message);
    },
  };
}

/** Mode A: the PBX logs in at an app service; `after` is what it says once it is in. */
export function offerLogin(app: AppObject, fields: LoginFields, after: Message[]): Login {
  let at: 'challenge' | 'login' = 'challenge';
  return {
    start: () => [{ mt: 'AppChallenge' }],
    handle(message) {
      if (message.mt === 'AppChallengeResult' && at === 'challenge') {
        const challenge = message['challenge'];
        if (typeof challenge !== 'string' || !/^[\x20-\x7e]{1,16}$/.test(challenge))
          return { say: [], next: 'close', violation: ['bad-challenge', String(challenge)] };
        at = 'login';
        const digest = loginDigest(fields, challenge, app.password);
        return { say: [{ mt: 'AppLogin', ...fields, digest }], next: 'wait' };
      }
      if (message.mt === 'AppLoginResult' && at === 'login') {
        if (message['ok'] === true) return { say: after, next: { loggedIn: app } };
        return { say: [], next: 'close', violation: ['refused-by-service', app.h323] };
      }
      return beforeLogin(message);
    },
  };
}

function beforeLogin(message: Message): LoginStep {
  const said = `${message.api ?? ''} ${message.mt}`.trim();
  return {
    say: [errorMessage('not logged in', message)],
    next: 'close',
    violation: ['before-login', said],
  };
}
