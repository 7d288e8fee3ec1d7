// Who changed what, newest first; as much of it as somebody wants to see.
import { useState } from 'preact/hooks';
import type { AuditEntry, TokenView } from '../../connector/rpc.ts';
import { type Speech, useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Moment } from '../parts/moment.tsx';
import { PolledFault } from '../parts/notice.tsx';
import { Loading } from '../parts/section.tsx';
import type { Polled } from '../polled.ts';
import { namesIn } from '../settings/names.ts';

const AT_FIRST = 50;

interface AuditTrailProps {
  audit: Polled<AuditEntry[]>;
  /** Those that are known, for their names. */
  tokens: readonly TokenView[];
}

export function AuditTrail({ audit, tokens }: AuditTrailProps) {
  const speech = useSpeech();
  const words = speech.texts.access.audit;
  const { columns } = words;
  const [all, setAll] = useState(false);
  const entries = audit.value ?? [];
  const names: Record<string, string> = {
    ...namesIn(speech.texts),
    ...Object.fromEntries(tokens.map(({ id, name }) => [id, name ?? id])),
  };
  const shown = all ? entries : entries.slice(0, AT_FIRST);
  return (
    <>
      <h3 class="below">{words.heading}</h3>
      <p class="muted">{words.lead}</p>
      <PolledFault of={audit} />
      {!audit.value && !audit.fault && <Loading />}
      {audit.value?.length === 0 && <p>{words.empty}</p>}
      {shown.length > 0 && (
        <table class="trail">
          <thead>
            <tr>
              <th scope="col">{columns.at}</th>
              <th scope="col">{columns.who}</th>
              <th scope="col">{columns.action}</th>
              <th scope="col">{columns.keys}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((entry, n) => (
              // Entries have no id of their own; from the oldest on they keep their places.
              <tr key={entries.length - n}>
                <td>
                  <Moment at={entry.at} />
                </td>
                <td>{whoOf(entry, speech, tokens)}</td>
                <td>{words.actions[entry.action] ?? entry.action}</td>
                <td>{entry.keys.map((key) => names[key] ?? key).join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.length < entries.length && (
        <div class="actions">
          <Button onClick={() => setAll(true)}>{words.older(entries.length - shown.length)}</Button>
        </div>
      )}
    </>
  );
}

function whoOf({ who }: AuditEntry, { texts }: Speech, tokens: readonly TokenView[]): string {
  const { audit } = texts.access;
  if (who === 'operator') return audit.operator;
  if (who === 'agent') return audit.agent;
  if (!who.startsWith('token:')) return who.replace(/^access:/, '');
  const id = who.slice('token:'.length);
  return audit.token(tokens.find((token) => token.id === id)?.name ?? id);
}
