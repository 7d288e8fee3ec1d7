// Whom our App object may not see: PbxAdminApi names subscriptions that no visibility allows.
import { USERS_PER_PBX } from '../../shared/protocol/frame.ts';
import {
  clipped,
  errorOf,
  monitorUnallowed,
  monitorUnallowedRequest,
  type PbxMessage,
} from './messages.ts';
import type { Session } from './session.ts';

const SRC = 'unallowed';
const TIMEOUT_MS = 10_000;
/** Pushes come one by one; the list goes up in one piece. */
const GATHER_MS = 300;
/** The first list waits longer: the subscriptions of a new session have to reach the PBX first. */
const FIRST_GATHER_MS = 2_000;

/**
 * Tells the full list of unseen users, also an empty one, once the PBX took the request, and whenever
 * it changed; without that function of the PBX never. Whether `user` of the pushes is a guid or
 * a name is not described: it is told as it came.
 */
export function watchVisibility(
  session: Session,
  app: string,
  tell: (users: string[]) => void,
): void {
  const unseen = new Set<string>();
  let gathering = false;
  const tellIn = (ms: number) => {
    if (gathering) return;
    gathering = true;
    session.after(ms, () => {
      gathering = false;
      tell([...unseen]);
    });
  };
  const push = (message: PbxMessage) => {
    const said = monitorUnallowed.safeParse(message).data;
    if (!said) return;
    // Others' subscriptions are listed too; each Add names all who wait for this user.
    const ours = !said.srcs || said.srcs.some(({ name }) => name === app);
    const before = unseen.size;
    if (message.mt === 'MonitorUnallowedAdd' && ours) {
      if (unseen.size < USERS_PER_PBX) unseen.add(clipped(said.user));
    } else unseen.delete(clipped(said.user));
    if (unseen.size !== before) tellIn(GATHER_MS);
  };
  session.route(SRC, push);
  session.ask(monitorUnallowedRequest(SRC), TIMEOUT_MS, (answer) => {
    if (answer.ok && !errorOf(answer.message)) tellIn(FIRST_GATHER_MS);
  });
}
