// Who may look after the connector – the operator's to say – and who changed what, for everybody.
import { useCallback } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Section } from '../parts/section.tsx';
import { usePolled } from '../polled.ts';
import { AuditTrail } from './audit-trail.tsx';
import { RemoveConnector, type RemoveConnectorProps } from './remove-connector.tsx';
import { Tokens } from './tokens.tsx';

const EVERY_MS = 30_000;

interface AccessPartProps extends RemoveConnectorProps {
  isOperator: boolean;
}

export function AccessPart({ isOperator, ...removal }: AccessPartProps) {
  const { api } = removal;
  const { texts } = useSpeech();
  const loadTokens = useCallback(
    (signal: AbortSignal) => (isOperator ? api.tokens(signal) : Promise.resolve([])),
    [api, isOperator],
  );
  const loadAudit = useCallback((signal: AbortSignal) => api.audit(signal), [api]);
  const tokens = usePolled(loadTokens, EVERY_MS);
  const audit = usePolled(loadAudit, EVERY_MS);
  const again = () => {
    tokens.again();
    audit.again();
  };
  return (
    <Section heading={texts.access.heading} lead={texts.access.lead}>
      {isOperator && <Tokens api={api} tokens={tokens} onChange={again} />}
      <AuditTrail audit={audit} tokens={tokens.value ?? []} />
      <RemoveConnector {...removal} />
    </Section>
  );
}
