/**
 * What the PBX received and sent, and what was wrong with it. Digests and passwords never get in.
 */
import type { Message } from './messages.ts';
import { createSignal, type Signal } from './signal.ts';

/** One message on one connection. */
export interface MessageRecord {
  at: number;
  session: number;
  direction: 'in' | 'out';
  message: Message;
}

/** Something the documentation does not allow. */
export interface Violation {
  at: number;
  session: number;
  code: string;
  detail: string;
}

/** One SetPresence that arrived, and whether it was accepted. */
export interface SetPresenceRecord {
  at: number;
  session: number;
  h323: string;
  guid: string;
  contact: string;
  activity: string;
  note: string;
  ok: boolean;
}

/** The records of one simulator; each list keeps its newest entries. */
export interface Records {
  readonly messages: MessageRecord[];
  readonly violations: Violation[];
  readonly setPresence: SetPresenceRecord[];
  readonly onMessage: Signal<MessageRecord>;
  readonly onViolation: Signal<Violation>;
  message(session: number, direction: 'in' | 'out', message: Message): void;
  violation(session: number, code: string, detail: string): void;
  set(entry: Omit<SetPresenceRecord, 'at'>): void;
  clear(): void;
}

const SECRETS = new Set(['digest', 'pwd', 'password', 'key', 'copyPwd']);

/** Starts empty records; `limit` entries a list are kept. */
export function createRecords(now: () => number, limit: number): Records {
  const onMessage = createSignal<MessageRecord>();
  const onViolation = createSignal<Violation>();
  const messages: MessageRecord[] = [];
  const violations: Violation[] = [];
  const setPresence: SetPresenceRecord[] = [];

  function keep<T>(list: T[], entry: T): T {
    // Dropped in blocks: one shift per message of a large list would be slow.
    if (list.length >= limit) list.splice(0, Math.ceil(limit / 10));
    list.push(entry);
    return entry;
  }

  return {
    messages,
    violations,
    setPresence,
    onMessage,
    onViolation,
    message(session, direction, message) {
      onMessage.tell(
        keep(messages, { at: now(), session, direction, message: withoutSecrets(message) }),
      );
    },
    violation(session, code, detail) {
      onViolation.tell(keep(violations, { at: now(), session, code, detail }));
    },
    set(entry) {
      keep(setPresence, { at: now(), ...entry });
    },
    clear() {
      for (const list of [messages, violations, setPresence]) list.length = 0;
    },
  };
}

function withoutSecrets(message: Message): Message {
  if (!Object.keys(message).some((name) => SECRETS.has(name))) return message;
  const entries = Object.entries(message).map(([name, value]) =>
    SECRETS.has(name) ? [name, '[removed]'] : [name, value],
  );
  return Object.fromEntries(entries) as Message;
}
