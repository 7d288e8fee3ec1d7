// How long something still holds, counted down. Not read out every second: who listens asks for it.
import { useEffect, useState } from 'preact/hooks';

/** @param at ISO 8601 */
export function Countdown({ at }: { at: string }) {
  const left = Math.ceil(useTimeLeft(at) / 1_000);
  const minutes = Math.floor(left / 60);
  return (
    <time class="countdown" role="timer" dateTime={`PT${left}S`}>
      {minutes}:{String(left % 60).padStart(2, '0')}
    </time>
  );
}

/** Until this moment (ISO 8601), in ms, by the second; 0 from then on, and where there is none. */
export function useTimeLeft(at: string | undefined): number {
  const [, setLeft] = useState(0);
  useEffect(() => {
    if (at === undefined) return;
    const look = () => {
      const left = leftUntil(at);
      setLeft(left);
      if (left === 0) clearInterval(timer);
    };
    const timer = setInterval(look, 1_000);
    return () => clearInterval(timer);
  }, [at]);
  return at === undefined ? 0 : leftUntil(at);
}

const leftUntil = (at: string): number => Math.max(0, Date.parse(at) - Date.now());
