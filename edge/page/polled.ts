// What is asked again and again while somebody looks: not in a tab that is hidden, nor while nobody is
// signed in.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Refusal, refusalOf } from './ask.ts';
import { usePaused } from './paused.ts';

/** Where something is about to change. */
const SOON_MS = 1_000;
/** What is asked only once is asked again after this long where it failed, in ms. */
const RETRY_MS = 5_000;

const never = () => false;

export interface Polled<T> {
  /** What was answered last, `undefined` until then. */
  value: T | undefined;
  /** Why the last try failed; `undefined` where it did not. */
  fault: Refusal | undefined;
  /** Asks now. */
  again(): void;
  /** Puts in what is known better than by asking. */
  put(change: (value: T) => T): void;
  /** Takes what was told as it happened: what is being asked is older. */
  take(value: T): void;
}

/**
 * Asks at once, `everyMs` after each answer, and when the page comes into view again. A new `load` or
 * another pace replaces what is under way; the old value stays until the new one is there.
 * @param everyMs `null`: once, because what changes is told (live/)
 * @param soon whether something in the answer is about to change: then it is asked again sooner
 */
export function usePolled<T>(
  load: (signal: AbortSignal) => Promise<T>,
  everyMs: number | null,
  soon: (value: T) => boolean = never,
): Polled<T> {
  const [value, setValue] = useState<T>();
  const [fault, setFault] = useState<Refusal>();
  const start = useRef(() => {});
  const drop = useRef(() => {});
  const paused = usePaused();

  useEffect(() => {
    if (paused) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = new AbortController();

    const ask = async () => {
      clearTimeout(timer);
      asking.abort();
      const mine = new AbortController();
      asking = mine;
      if (document.hidden) return;
      let nextMs = everyMs ?? Number.POSITIVE_INFINITY;
      try {
        const loaded = await load(mine.signal);
        if (mine.signal.aborted) return;
        setValue(() => loaded);
        setFault(undefined);
        if (soon(loaded)) nextMs = Math.min(SOON_MS, nextMs);
      } catch (error) {
        if (mine.signal.aborted) return;
        setFault(refusalOf(error));
        nextMs = everyMs ?? RETRY_MS;
      }
      later(nextMs);
    };
    const later = (ms: number) => {
      if (ms < Number.POSITIVE_INFINITY) timer = setTimeout(ask, ms);
    };
    const onVisibility = () => void ask();

    start.current = onVisibility;
    drop.current = () => {
      clearTimeout(timer);
      asking.abort();
      if (everyMs !== null) later(everyMs);
    };
    document.addEventListener('visibilitychange', onVisibility);
    void ask();
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      clearTimeout(timer);
      asking.abort();
      start.current = drop.current = () => {};
    };
  }, [load, everyMs, soon, paused]);

  const again = useCallback(() => start.current(), []);
  const put = useCallback((change: (value: T) => T) => {
    setValue((known) => (known === undefined ? known : change(known)));
  }, []);
  const take = useCallback((told: T) => {
    drop.current();
    setValue(() => told);
    setFault(undefined);
  }, []);
  return { value, fault, again, put, take };
}
