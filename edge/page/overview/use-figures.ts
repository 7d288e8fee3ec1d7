// The figures, read again when a user changed, and each minute because time goes on.
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Figures } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { type Listening, useTold } from '../live/use-live.ts';
import { usePolled } from '../polled.ts';

const EVERY_MS = 60_000;
/** Changes come by the hundred: the figures are read this long after the first of them, in ms. */
const SOON_MS = 2_000;

/** `undefined` until they are known. Where they cannot be had the lamps say what is wrong. */
export function useFigures(api: Api, live: Listening): Figures | undefined {
  const load = useCallback((signal: AbortSignal) => api.figures(signal), [api]);
  const { value, again } = usePolled(load, EVERY_MS);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const soon = useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      again();
    }, SOON_MS);
  }, [again]);
  useTold(live, 'user', soon);
  useTold(live, 'users', soon);
  return value;
}
