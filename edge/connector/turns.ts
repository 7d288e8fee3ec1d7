// Lets work that nobody waits for be done one after the other, so that it takes one connection only.

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does `work` when all before it has ended, however it ended. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
