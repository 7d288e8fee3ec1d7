// Requests that go wrong on command: answered by a status, delayed, held, cut, or carried out and
// then answered wrongly, as when an answer is lost on the way.
import { type Answer, cut, empty, hang, json } from './http.ts';

export interface Fault {
  /** `POST /subscriptions`, `PATCH /subscriptions/{id}`, `POST /token` …; `*` for any; a trailing `*` for a prefix. */
  route: string;
  /** How often; default 1, -1 until cleared. */
  times?: number;
  /** Default `answer`; `hold` waits for release() and then goes on normally. */
  how?: 'answer' | 'hang' | 'cut' | 'hold' | 'delay';
  /** `after`: the request is carried out, only its answer goes wrong. Default `before`. */
  when?: 'before' | 'after';
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  delayMs?: number;
}

export interface HeldRequest {
  readonly route: string;
}

export class Faults {
  #faults: (Fault & { left: number })[] = [];
  #held: { route: string; go: () => void }[] = [];

  /** Adds a fault; the oldest that fits acts first. */
  add(fault: Fault): void {
    this.#faults.push({ ...fault, left: fault.times ?? 1 });
  }

  /** Forgets all faults and lets held requests go. */
  clear(): void {
    this.#faults = [];
    this.release();
  }

  /** Lets all held requests go on. */
  release(): void {
    for (const held of this.#held.splice(0)) held.go();
  }

  get held(): readonly HeldRequest[] {
    return this.#held.map(({ route }) => ({ route }));
  }

  get pending(): readonly Fault[] {
    return this.#faults;
  }

  /** The answer a fault gives in place of the real one, or null where none fits. */
  async strike(route: string, when: 'before' | 'after'): Promise<Answer | null> {
    const fault = this.#faults.find(
      (one) => (one.when ?? 'before') === when && fits(one.route, route),
    );
    if (!fault) return null;
    if (fault.left > 0) fault.left -= 1;
    if (fault.left === 0) this.#faults = this.#faults.filter((one) => one !== fault);
    if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
    switch (fault.how ?? 'answer') {
      case 'hang':
        return hang;
      case 'cut':
        return cut;
      case 'delay':
        return null;
      case 'hold':
        await new Promise<void>((go) => this.#held.push({ route, go }));
        return null;
      case 'answer': {
        const status = fault.status ?? 503;
        if (fault.body === null) return empty(status, fault.headers);
        return json(status, fault.body ?? faultBody(status), fault.headers);
      }
    }
  }
}

function fits(pattern: string, route: string): boolean {
  if (pattern.endsWith('*'))
    return route.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase());
  return pattern.toLowerCase() === route.toLowerCase();
}

const faultBody = (status: number): unknown => ({
  error: {
    code: status === 429 ? 'TooManyRequests' : status >= 500 ? 'ServiceUnavailable' : 'BadRequest',
    message: 'The simulator was told to answer this.',
  },
});
