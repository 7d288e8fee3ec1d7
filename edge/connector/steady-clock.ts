// The time of day, never going back within an object. workerd shows an event that waits for a timer no later
// time than that timer's, and other events of the same object the time as it is: what the one plans for a
// moment from now, the other would have looked for already. Pure but for what it remembers.

/** What goes back by more, in ms, is a clock that somebody set: that is believed. */
const SET_BACK_MS = 10_000;

/** @param read the clock, epoch ms */
export function steadyClock(read: () => number): () => number {
  let latest = 0;
  return () => {
    const at = read();
    if (at > latest || at < latest - SET_BACK_MS) latest = at;
    return latest;
  };
}
