// A part of the page: its heading gets the focus when it opens, and when somebody has signed in to it again,
// so that keyboard and screen reader follow.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { usePaused } from '../paused.ts';
import { titleOf } from '../title.ts';

interface SectionProps {
  heading: string;
  lead?: string;
  children: ComponentChildren;
}

export function Section({ heading, lead, children }: SectionProps) {
  const { texts } = useSpeech();
  const title = useRef<HTMLHeadingElement>(null);
  const paused = usePaused();
  useEffect(() => {
    if (!paused) title.current?.focus({ preventScroll: true });
  }, [paused]);
  useEffect(() => {
    // Then it is the sign-in's.
    if (!paused) document.title = titleOf(heading, texts.title, location.pathname);
  }, [heading, texts, paused]);
  return (
    <section>
      <h2 ref={title} tabIndex={-1}>
        {heading}
      </h2>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </section>
  );
}

export function Loading() {
  const { texts } = useSpeech();
  return <p class="muted">{texts.common.loading}</p>;
}
