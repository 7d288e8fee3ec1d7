// Who of the watched users has the licence that the edge asks for: asked before a user is subscribed, and
// again from time to time. Without a requirement it lets everybody pass and asks nothing.
import type { PbxFault } from '../../shared/protocol/up.ts';
import { checkAppLic, errorOf, licenceResult } from './messages.ts';
import type { Answer, Session } from './session.ts';
import { Window } from './window.ts';

export interface LicenceEars {
  /** Who has none, the full list each time; `fault`: it cannot be asked, and everybody passes. */
  licences(unlicensed: string[], fault?: PbxFault): void;
}

interface Holder {
  readonly licence: string;
  /** What to do about it; called again when it changes. */
  act(has: boolean): void;
  /** `undefined`: not asked yet. */
  has: boolean | undefined;
}

const OPEN_QUESTIONS = 10;
const TIMEOUT_MS = 10_000;
/** Answers come one by one; the list goes up in one piece. */
const GATHER_MS = 300;
/** Licences are assigned by hand: some minutes later is soon enough. */
const AGAIN_MS = 15 * 60_000;

export class Licences {
  readonly #session: Session;
  readonly #app: string;
  readonly #ears: LicenceEars;
  readonly #holders = new Map<string, Holder>();
  readonly #asking = new Window(OPEN_QUESTIONS);
  #asked = 0;
  #fault: PbxFault | undefined;
  #gathering = false;
  #told = '[]';
  #round: (() => void) | undefined;

  constructor(session: Session, app: string, ears: LicenceEars) {
    this.#session = session;
    this.#app = app;
    this.#ears = ears;
  }

  /** `act` hears whether the user has the licence: at once where none is required. */
  require(guid: string, licence: string | undefined, act: Holder['act']): void {
    const known = this.#holders.get(guid);
    if (licence === undefined) {
      this.forget(guid);
      act(true);
      return;
    }
    const isAsked = known?.licence === licence;
    const holder: Holder = { licence, act, has: isAsked ? known.has : undefined };
    this.#holders.set(guid, holder);
    if (holder.has !== undefined) act(holder.has);
    else this.#ask(guid, holder);
    this.#round ??= this.#session.after(AGAIN_MS, () => this.#askAgain());
  }

  forget(guid: string): void {
    if (this.#holders.delete(guid)) this.#tellSoon();
  }

  #ask(guid: string, holder: Holder): void {
    this.#asking.add((free) => {
      if (this.#holders.get(guid) !== holder) return free();
      this.#asked += 1;
      const request = checkAppLic(guid, holder.licence, `lic-${this.#asked}`);
      this.#session.ask(request, TIMEOUT_MS, (answer) => {
        free();
        if (this.#holders.get(guid) === holder) this.#answered(holder, answer);
      });
    });
  }

  #askAgain(): void {
    this.#round = undefined;
    if (this.#holders.size === 0) return;
    for (const [guid, holder] of this.#holders) this.#ask(guid, holder);
    this.#round = this.#session.after(AGAIN_MS, () => this.#askAgain());
  }

  #answered(holder: Holder, answer: Answer): void {
    if (!answer.ok && answer.why === 'gone') return;
    const problem = answer.ok ? errorOf(answer.message) : 'no answer';
    this.#fault = problem
      ? {
          code: 'api-missing',
          detail: `licences cannot be asked for (${problem}): tick "Admin" at the App object "${this.#app}"`,
        }
      : undefined;
    // What was known stays; who was never asked passes.
    const has =
      answer.ok && !problem ? licenceResult.safeParse(answer.message).success : holder.has;
    const isNew = holder.has !== has || holder.has === undefined;
    holder.has = has ?? holder.has;
    if (isNew) holder.act(has ?? true);
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#session.after(GATHER_MS, () => {
      this.#gathering = false;
      const without = [...this.#holders].flatMap(([guid, { has }]) =>
        has === false ? [guid] : [],
      );
      const told = JSON.stringify([without, this.#fault]);
      if (told === this.#told) return;
      this.#told = told;
      this.#ears.licences(without, this.#fault);
    });
  }
}
