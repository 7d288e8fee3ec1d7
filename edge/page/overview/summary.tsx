// All lamps in one sentence, and where to begin.
import type { LampView } from '../../../shared/lamps.ts';
import { useSpeech } from '../language.tsx';

export function Summary({ lamps }: { lamps: readonly LampView[] }) {
  const { texts } = useSpeech();
  const { overview } = texts;
  const red = lamps.filter(({ state }) => state === 'error');
  const bad = lamps.filter(({ state }) => state === 'error' || state === 'warning');
  const first = red[0] ?? bad[0];
  const [tone, title, lead] = first
    ? [first.state, overview.bad(bad.length), overview.badLead(texts.lamps[first.id])]
    : lamps.some(({ state }) => state === 'unknown')
      ? (['unknown', overview.waiting, overview.waitingLead] as const)
      : (['ok', overview.good, overview.goodLead] as const);
  return (
    <div class={`summary summary-${tone}`} role="status">
      <strong>{title}</strong>
      <span>{lead}</span>
    </div>
  );
}
