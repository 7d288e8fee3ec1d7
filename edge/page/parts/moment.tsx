// A moment: short to read, in full when pointed at.
import { useSpeech } from '../language.tsx';

interface MomentProps {
  /** ISO 8601 */
  at: string;
  /** To the second. */
  seconds?: boolean;
  /** The sentence that it stands in. */
  say?: (when: string) => string;
}

export function Moment({ at, seconds = false, say = (when) => when }: MomentProps) {
  const { when, clock, moment } = useSpeech();
  return (
    <time dateTime={at} title={moment(at)}>
      {say(seconds ? clock(at) : when(at))}
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
