// The users of one PBX by replication: the whole list first, one row per question, then each change
// as the PBX pushes it. Keeps nothing beyond the list that is being read.
import { USERS_PER_PBX } from '../../shared/protocol/frame.ts';
import type { PbxUser } from '../../shared/protocol/up.ts';
import type { Ended } from '../supervise.ts';
import { apiMissing, broken, endless, silent } from './faults.ts';
import { errorOf, type PbxMessage, replicateNext, replicateStart, userRow } from './messages.ts';
import { type Lacking, lackingOf } from './rights.ts';
import type { Answer, Session } from './session.ts';
import { userOfRow } from './user-row.ts';

export interface DirectoryEars {
  /** The PBX agreed to replicate. */
  started(): void;
  /** The list is complete; who is not in it does not exist. `lacking`: what may not be seen, by guid. */
  list(users: PbxUser[], lacking: ReadonlyMap<string, Lacking>): void;
  user(user: PbxUser, lacking: Lacking | undefined): void;
  gone(guid: string): void;
  failed(ended: Ended): void;
}

/** One for all: pushes carry the `src` of the session's last replication request. */
const SRC = 'users';
const START_TIMEOUT_MS = 10_000;
const NEXT_TIMEOUT_MS = 30_000;

/**
 * Reads the directory and stays with it as long as the session lives. Always from the start: how
 * deleted rows are told to a resumed replication is not documented.
 */
export function replicateUsers(
  session: Session,
  about: { app: string; domain: string | undefined },
  ears: DirectoryEars,
): void {
  /** Rows read so far, until the list is complete. */
  let reading: Map<string, PbxUser> | undefined = new Map();
  const lacking = new Map<string, Lacking>();
  /** That were told until the list was complete, whatever is in them. */
  let rows = 0;

  const take = (message: PbxMessage) => {
    if (reading) rows += 1;
    if (rows > USERS_PER_PBX) return ears.failed(endless(USERS_PER_PBX));
    const row = userRow.safeParse(message['columns']).data;
    if (!row) return;
    if (message.mt === 'ReplicateDel') {
      lacking.delete(row.guid);
      if (reading) reading.delete(row.guid);
      else ears.gone(row.guid);
      return;
    }
    const user = userOfRow(row, about.domain);
    const lacks = lackingOf(row, about.app);
    if (!reading) return ears.user(user, lacks);
    reading.set(user.guid, user);
    if (lacks) lacking.set(user.guid, lacks);
    else lacking.delete(user.guid);
  };

  const next = () => session.ask(replicateNext(SRC), NEXT_TIMEOUT_MS, onNext);

  const onNext = (answer: Answer) => {
    if (!answer.ok) return stuck(answer, NEXT_TIMEOUT_MS);
    const error = errorOf(answer.message);
    if (error) return ears.failed(broken(`the PBX broke off the user list: ${error}`));
    if (answer.message['columns'] !== undefined) {
      take(answer.message);
      return next();
    }
    const users = [...(reading?.values() ?? [])];
    reading = undefined;
    ears.list(users, lacking);
  };

  const stuck = (answer: Answer & { ok: false }, afterMs: number) => {
    if (answer.why === 'timeout') {
      ears.failed(silent(`the PBX stopped in the middle of the user list for ${afterMs / 1000} s`));
    }
  };

  const onPush = (message: PbxMessage) => {
    if (/^Replicate(Add|Update|Del)$/.test(message.mt)) take(message);
  };
  session.route(SRC, onPush);
  session.route('PbxTableUsers', onPush);
  session.ask(replicateStart(SRC), START_TIMEOUT_MS, (answer) => {
    if (!answer.ok) {
      if (answer.why === 'timeout') ears.failed(apiMissing('TableUsers', about.app, 'no answer'));
      return;
    }
    const error = errorOf(answer.message);
    if (error) return ears.failed(apiMissing('TableUsers', about.app, error));
    ears.started();
    next();
  });
}
