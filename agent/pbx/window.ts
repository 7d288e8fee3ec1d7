// Bounds how much is open at once, so that a flood of requests does not drown the PBX.

type Task = (done: () => void) => void;

export class Window {
  readonly #size: number;
  readonly #waiting: Task[] = [];
  #open = 0;
  #filling = false;

  /** @param size how many tasks may be open at once */
  constructor(size: number) {
    this.#size = size;
  }

  /** Starts the task when it is its turn; it says `done` once. Tasks start in order. */
  add(task: Task): void {
    this.#waiting.push(task);
    this.#fill();
  }

  #fill(): void {
    // Tasks that are done at once come back here; the loop that runs already takes the next one.
    if (this.#filling) return;
    this.#filling = true;
    while (this.#open < this.#size) {
      const task = this.#waiting.shift();
      if (!task) break;
      this.#open += 1;
      task(() => {
        this.#open -= 1;
        this.#fill();
      });
    }
    this.#filling = false;
  }
}
