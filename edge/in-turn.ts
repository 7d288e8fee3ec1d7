// Work that must never overlap: each piece begins when the one before it is over, however that ended.

/** Does what it is given, one piece after the other, and answers with each one's own result. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function inTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
