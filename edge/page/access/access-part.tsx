// Who may look after the connector – the operator's to say – and who changed what, for everybody.
import { useCallback } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Section } from '../parts/section.tsx';
import { usePolled } from '../polled.ts';
import { AuditTrail } from './audit-trail.tsx';
import { RemoveConnector } from './remove-connector.tsx';
import { Tokens } from './tokens.tsx';

const EVERY_MS = 30_000;

interface AccessPartProps {
  api: Api;
  isOperator: boolean;
  connector: string;
  onRemoved(): void;
}

export function AccessPart({ api, isOperator, connector, onRemoved }: AccessPartProps) {
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
      <RemoveConnector api={api} connector={connector} onRemoved={onRemoved} />
    </Section>
  );
}
