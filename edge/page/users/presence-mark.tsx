// A presence of either side: a coloured dot and its word.
import { useSpeech } from '../language.tsx';

type Tone = 'free' | 'away' | 'busy' | 'dnd' | 'off';

/** By Teams activity or PBX activity, in lower case; what is not here is shown without a colour. */
const TONES: Readonly<Record<string, Tone>> = {
  available: 'free',
  online: 'free',
  availableinactive: 'free',
  inactive: 'away',
  away: 'away',
  berightback: 'away',
  outofoffice: 'away',
  lunch: 'away',
  vacation: 'away',
  busy: 'busy',
  meeting: 'busy',
  inameeting: 'busy',
  inacall: 'busy',
  inaconferencecall: 'busy',
  'on-the-phone': 'busy',
  focusing: 'dnd',
  presenting: 'dnd',
  donotdisturb: 'dnd',
  dnd: 'dnd',
  urgentinterruptionsonly: 'dnd',
};

/** @param activity `""` is available on the PBX; `null`: not seen yet */
export function PresenceMark({ activity, at }: { activity: string | null; at: string | null }) {
  const { texts, moment } = useSpeech();
  if (activity === null) return <span class="muted">{texts.users.notSeen}</span>;
  const key = activity === '' ? 'available' : activity.toLowerCase();
  return (
    <span
      class={`presence presence-${TONES[key] ?? 'off'}`}
      title={at === null ? undefined : texts.users.seenAt(moment(at))}
    >
      <span class="dot" aria-hidden="true" />
      {texts.presence[key] ?? activity}
    </span>
  );
}
