// A moment: short to read, in full when pointed at.
import { useSpeech } from '../language.tsx';

/** @param at ISO 8601 */
export function Moment({ at, seconds = false }: { at: string; seconds?: boolean }) {
  const { when, clock, moment } = useSpeech();
  return (
    <time dateTime={at} title={moment(at)}>
      {seconds ? clock(at) : when(at)}
    </time>
  );
}

export function Since({ at }: { at: string }) {
  const { texts, when, moment } = useSpeech();
  return (
    <time class="since" dateTime={at} title={moment(at)}>
      {texts.common.since(when(at))}
    </time>
  );
}
