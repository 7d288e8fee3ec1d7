// Plays the PBX's login over a line that the PBX opened; who is let in decides admission.ts.
import type { Line } from '../line.ts';
import { type AdmissionMove, type AwaitedPbx, nextAdmissionMove } from './admission.ts';

export type Admitted =
  | { kind: 'admitted'; pbx: AwaitedPbx }
  | Omit<Extract<AdmissionMove, { kind: 'refused' }>, 'message'>
  | { kind: 'left' };

/**
 * Settles when the PBX is in, was refused, or left. Afterwards the line has no ears, so that nothing
 * is lost before the session listens. Closing a line that was refused is the caller's part.
 */
export function admit(
  line: Line,
  awaited: readonly AwaitedPbx[],
  newChallenge: () => string,
): Promise<Admitted> {
  return new Promise((resolve) => {
    let challenge: string | undefined;
    line.listen({
      text(text) {
        const move = nextAdmissionMove(challenge, text, awaited, newChallenge);
        if (move.kind === 'ignore') return;
        // Good for one login, whatever comes of it.
        challenge = move.kind === 'challenge' ? move.challenge : undefined;
        line.send(JSON.stringify(move.message));
        if (move.kind === 'challenge') return;
        line.listen(undefined);
        resolve(move);
      },
      closed(_, detail, isOurs) {
        if (!isOurs) return resolve({ kind: 'left' });
        resolve({ kind: 'refused', refused: { why: 'not-taken', detail }, pbx: undefined });
      },
    });
  });
}
