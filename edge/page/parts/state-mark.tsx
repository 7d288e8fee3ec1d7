// A state as a dot with its word: never the colour alone.
export type StateTone = 'ok' | 'warning' | 'error' | 'unknown';

export function StateMark({ tone, word }: { tone: StateTone; word: string }) {
  return (
    <span class={`mark mark-${tone}`}>
      <span class="dot" aria-hidden="true" />
      {word}
    </span>
  );
}
