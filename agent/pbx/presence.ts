// Presence on one PBX session: subscriptions of the watched users, and writes. Which user, and what
// to write, is decided elsewhere.
import type { PbxFault, PbxItem } from '../../shared/protocol/up.ts';
import type { Log } from '../log.ts';
import { apiMissing } from './faults.ts';
import {
  clipped,
  errorOf,
  type PbxMessage,
  presenceItems,
  presenceNotes,
  presenceState,
  setPresence,
  subscribePresence,
  unsubscribePresence,
} from './messages.ts';
import type { Answer, Session } from './session.ts';
import { Window } from './window.ts';

export interface PresenceEars {
  /** The whole item list of a watched user. */
  items(guid: string, items: PbxItem[]): void;
  /** The PBX has no data of this user any more. */
  noItems(guid: string): void;
  /** The PBX refuses to let this user be watched, or does so no more. */
  refused(guid: string, isRefused: boolean): void;
}

export interface PresenceWrite {
  readonly guid: string;
  readonly contact: string;
  readonly activity: string;
}

const OPEN_SUBSCRIPTIONS = 20;
const OPEN_WRITES = 20;
const ANSWER_TIMEOUT_MS = 10_000;
/** A subscription that the PBX refused is tried again this often. */
const RETRY_AFTER_MS = 60_000;

interface Watched {
  readonly sip: string;
  state: 'queued' | 'asked' | 'refused';
}

export class Presence {
  readonly #session: Session;
  readonly #app: string;
  readonly #ears: PresenceEars;
  readonly #log: Log;
  readonly #watched = new Map<string, Watched>();
  /** Notes of users who have one, by contact: what we write keeps them. */
  readonly #notes = new Map<string, Map<string, string>>();
  readonly #subscribing = new Window(OPEN_SUBSCRIPTIONS);
  readonly #writing = new Window(OPEN_WRITES);
  #writes = 0;
  #apiSpoke = false;
  #saidRefused = false;

  constructor(session: Session, app: string, ears: PresenceEars, log: Log) {
    this.#session = session;
    this.#app = app;
    this.#ears = ears;
    this.#log = log;
    // One way for the pushes of all: one for each would be 2 MB with 10,000 users.
    for (const name of ['PbxApi', 'PresenceUpdate', 'PresenceState']) {
      session.route(name, (message) => this.#push(message));
    }
  }

  /** Subscribes a user. Said again it helps where the user was renamed or the PBX had refused. */
  watch(guid: string, sip: string): void {
    const known = this.#watched.get(guid);
    if (known?.sip === sip && known.state !== 'refused') return;
    if (known) this.unwatch(guid);
    const watched: Watched = { sip, state: 'queued' };
    this.#watched.set(guid, watched);
    this.#subscribe(guid, watched);
  }

  unwatch(guid: string): void {
    const known = this.#watched.get(guid);
    if (!known) return;
    this.#watched.delete(guid);
    this.#notes.delete(guid);
    if (known.state !== 'asked') return;
    this.#session.ask(unsubscribePresence(known.sip, guid), ANSWER_TIMEOUT_MS, () => {});
  }

  /** Writes one item. `done` is told once: nothing when the PBX took it, else why not. */
  set(write: PresenceWrite, done: (fault?: PbxFault) => void): void {
    this.#writing.add((free) => {
      // Never a guid: those are the `src` of subscriptions.
      const src = `set-${++this.#writes}`;
      const note = this.#notes.get(write.guid)?.get(write.contact) ?? '';
      this.#session.ask(setPresence({ ...write, note }, src), ANSWER_TIMEOUT_MS, (answer) => {
        done(writeFault(answer));
        free();
      });
    });
  }

  #subscribe(guid: string, watched: Watched): void {
    this.#subscribing.add((free) => {
      if (this.#watched.get(guid) !== watched) return free();
      watched.state = 'asked';
      this.#session.ask(subscribePresence(watched.sip, guid), ANSWER_TIMEOUT_MS, (answer) => {
        free();
        this.#subscribed(guid, watched, answer);
      });
    });
  }

  #subscribed(guid: string, watched: Watched, answer: Answer): void {
    if (answer.ok) this.#apiSpoke = true;
    else if (answer.why === 'gone') return;
    else if (!this.#apiSpoke) {
      this.#session.end(apiMissing('PbxApi', this.#app, 'no answer'));
      return;
    }
    const problem = answer.ok ? errorOf(answer.message) : 'no answer';
    if (this.#watched.get(guid) !== watched) return;
    if (answer.ok) this.#ears.refused(guid, problem !== undefined);
    if (!problem) return;
    watched.state = 'refused';
    const say = this.#saidRefused ? this.#log.debug : this.#log.warn;
    say(
      `the presence of "${watched.sip}" cannot be watched (${problem}); trying again every minute`,
    );
    this.#saidRefused = true;
    this.#session.after(RETRY_AFTER_MS, () => this.#subscribe(guid, watched));
  }

  #push(message: PbxMessage): void {
    const { src: guid } = message;
    if (guid === undefined || !this.#watched.has(guid)) return;
    this.#apiSpoke = true;
    if (message.mt === 'PresenceUpdate') {
      this.#keepNotes(guid, presenceNotes(message));
      this.#ears.items(guid, presenceItems(message));
    }
    if (message.mt === 'PresenceState' && presenceState.safeParse(message).data?.up === false) {
      this.#ears.noItems(guid);
    }
  }

  #keepNotes(guid: string, notes: Map<string, string>): void {
    if (notes.size > 0) this.#notes.set(guid, notes);
    else this.#notes.delete(guid);
  }
}

function writeFault(answer: Answer): PbxFault | undefined {
  if (!answer.ok) {
    return answer.why === 'timeout'
      ? { code: 'timeout', detail: 'the PBX did not answer within 10 s' }
      : { code: 'unanswered', detail: 'the connection to the PBX was lost before it answered' };
  }
  const error = errorOf(answer.message);
  return error ? { code: 'refused', detail: clipped(error) } : undefined;
}
