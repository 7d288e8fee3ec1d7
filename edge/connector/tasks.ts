// Begins what the agenda says, one run of a task at a time, and plans again what failed.
import type { Fault } from '../graph/account-rpc.ts';
import type { Context } from './context.ts';
import { faultOf, retryDelayMs } from './faults.ts';
import type { Agenda, Planned, Task } from './store/agenda.ts';

/** What cannot even be stored as failed is tried again after this long, in ms. */
const UNSTORED_MS = 1_000;

export class Tasks {
  readonly #context: Context;
  readonly #agenda: Agenda;
  readonly #run: (task: Task) => Promise<void>;
  readonly #running = new Map<Task, Promise<void>>();

  constructor(context: Context, agenda: Agenda, run: (task: Task) => Promise<void>) {
    this.#context = context;
    this.#agenda = agenda;
    this.#run = run;
  }

  /**
   * Begins everything due, and waits for none of it: a slow list of users must not hold up a call.
   * What is planned anew while it runs is done once more after that.
   */
  beginDue(): void {
    for (const planned of this.#agenda.due(this.#context.now())) {
      if (!this.#running.has(planned.task)) this.#context.background(this.#perform(planned));
    }
  }

  /** Does one task now, after a run of it that is under way; how it went, its fault says. */
  async runNow(task: Task): Promise<void> {
    while (this.#running.has(task)) await this.#running.get(task);
    const [planned] = this.#agenda.due(Number.MAX_SAFE_INTEGER).filter((one) => one.task === task);
    await this.#perform(planned ?? { task, failures: 0, plan: -1 });
  }

  /** Plans `task` for now. */
  soon(task: Task): void {
    this.at(task, this.#context.now());
  }

  /** Plans `task` for `at` (epoch ms), whatever was planned before. */
  at(task: Task, at: number): void {
    this.#agenda.plan(task, at);
    this.#context.wakeBy(at);
  }

  /** Plans `task` for `at` or earlier. */
  by(task: Task, at: number): void {
    this.#agenda.planBy(task, at);
    this.#context.wakeBy(at);
  }

  /** Why a task failed last; `null`: it did not. */
  fault(task: Task): Fault | null {
    return this.#context.database.read<Fault>(faultKey(task)) ?? null;
  }

  #perform(planned: Planned): Promise<void> {
    const { task } = planned;
    const done = this.#tried(planned).then(
      () => this.#ended(task, 0),
      (fault: unknown) => {
        this.#ended(task, UNSTORED_MS);
        throw fault;
      },
    );
    this.#running.set(task, done);
    return done;
  }

  /** Whoever was planned meanwhile has its turn in so many ms. */
  #ended(task: Task, pauseMs: number): void {
    this.#running.delete(task);
    if (this.#context.database.over) return;
    const now = this.#context.now();
    const isDue = this.#agenda.due(now).some((due) => due.task === task);
    if (isDue) this.#context.wakeBy(now + pauseMs);
  }

  async #tried(planned: Planned): Promise<void> {
    const { database } = this.#context;
    try {
      await this.#run(planned.task);
      this.#agenda.done(planned);
      if (this.fault(planned.task)) database.forget(faultKey(planned.task));
    } catch (error) {
      // The connector was deleted meanwhile: nobody wants to know.
      if (!database.over) this.#failed(planned, error);
    }
  }

  #failed({ task, failures: before }: Planned, error: unknown): void {
    const { now, random, database, log } = this.#context;
    const failures = before + 1;
    const at = now() + retryDelayMs(error, failures, random());
    const fault = faultOf(error, at);
    database.write(faultKey(task), fault);
    log(fault.code === 'internal' ? 'error' : 'warn', 'task-failed', {
      task,
      code: fault.code,
      detail: fault.code === 'internal' ? String(error) : fault.detail,
    });
    this.#agenda.plan(task, at, failures);
    this.#context.wakeBy(at);
  }
}

const faultKey = (task: Task): string => `fault:${task}`;
