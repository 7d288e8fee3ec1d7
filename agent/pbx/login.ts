// Plays the login over an open line; the steps themselves are in handshake.ts.
import type { Clock } from '../clock.ts';
import type { Line } from '../line.ts';
import type { Ended } from '../supervise.ts';
import { closed, loginRefused, silent } from './faults.ts';
import { type AppCredentials, beginLogin, nextLoginMove } from './handshake.ts';
import { readMessage } from './messages.ts';

/** For challenge and login together. */
export const LOGIN_TIMEOUT_MS = 10_000;

/**
 * Logs in. Answers `undefined` when the PBX took it, else why not. Afterwards the line has no ears,
 * so that nothing is lost before the session listens. Closing a failed line is the caller's part.
 */
export function logIn(
  line: Line,
  credentials: AppCredentials,
  clock: Clock,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  return new Promise((resolve) => {
    const settle = (ended: Ended | undefined) => {
      cancel();
      signal.removeEventListener('abort', abort);
      line.listen(undefined);
      resolve(ended);
    };
    const abort = () => settle(closed(1000, 'the agent is being stopped'));
    const cancel = clock.after(LOGIN_TIMEOUT_MS, () => {
      settle(silent(`the PBX did not answer the login within ${LOGIN_TIMEOUT_MS / 1000} s`));
    });
    signal.addEventListener('abort', abort);

    const first = beginLogin();
    let step = first.step;
    line.listen({
      text(text) {
        const message = readMessage(text);
        if (!message) return;
        const move = nextLoginMove(step, message, credentials);
        if (move.kind === 'done') settle(undefined);
        else if (move.kind === 'refused') settle(loginRefused(credentials.app, move.detail));
        else if (move.kind === 'send') {
          step = move.step;
          line.send(JSON.stringify(move.message));
        }
      },
      closed: (code, reason) => settle(closed(code, reason)),
    });
    line.send(JSON.stringify(first.message));
  });
}
