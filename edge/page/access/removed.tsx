// What is left of a page whose connector is no more.
import { useSpeech } from '../language.tsx';
import { Section } from '../parts/section.tsx';

interface RemovedProps {
  connector: string;
  /** Who has others to look after. */
  isOperator: boolean;
}

export function Removed({ connector, isOperator }: RemovedProps) {
  const { texts } = useSpeech();
  const { gone, goneLead, goneNext } = texts.removal;
  return (
    <main>
      <Section heading={gone(connector)}>
        <p>{goneLead}</p>
        <p>{goneNext}</p>
        {isOperator && <a href="/admin">{texts.operator.link}</a>}
      </Section>
    </main>
  );
}
