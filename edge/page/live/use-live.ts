// The stream of a page: open while somebody signed in looks at it, never in a hidden tab.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Language } from '../../../shared/texts/language.ts';
import type { Api } from '../api.ts';
import { Live, type Told, type Topic } from './live.ts';

/** The stream as a part of the page uses it. */
export interface Listening {
  /** Whether changes are told; where they are not, they are to be asked for. */
  isUp: boolean;
  on: Live['on'];
}

/** @param language the sentences come from the server: in another language they are told anew */
export function useLive(api: Api, language: Language, paused: boolean): Listening {
  const live = useMemo(() => new Live({ open: api.events, random: () => Math.random() }), [api]);
  const [isUp, setIsUp] = useState(false);
  useEffect(() => live.onUp(setIsUp), [live]);

  useEffect(() => {
    if (paused) return;
    let run: AbortController | undefined;
    const look = () => {
      if (document.hidden) {
        run?.abort();
        run = undefined;
      } else if (!run) {
        run = new AbortController();
        void live.run(run.signal);
      }
    };
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      document.removeEventListener('visibilitychange', look);
      run?.abort();
    };
  }, [live, language, paused]);

  return useMemo(() => ({ isUp, on: (topic, listener) => live.on(topic, listener) }), [live, isUp]);
}

/** Hears one topic as long as the part is open. */
export function useTold<T extends Topic>(
  live: Listening,
  topic: T,
  listener: (told: Told[T]) => void,
): void {
  const { on } = live;
  useEffect(() => on(topic, listener), [on, topic, listener]);
}
