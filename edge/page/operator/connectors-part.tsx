// All connectors of the edge, a hundred at a time, each with the lamp that needs somebody most.
import { useCallback, useState } from 'preact/hooks';
import type { ConnectorItem } from '../../http/admin-api/answers.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { PolledFault } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { usePolled } from '../polled.ts';
import { ConnectorRow } from './connector-row.tsx';
import { NewConnector } from './new-connector.tsx';
import { worstFirst } from './worst-first.ts';

/** Each look wakes every object on the page, in ms. */
const EVERY_MS = 5 * 60_000;

export function ConnectorsPart({ api }: { api: Api }) {
  const { texts, language } = useSpeech();
  const words = texts.operator;
  /** Cursors of the pages up to the one that is open; the first page has none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const load = useCallback(
    (signal: AbortSignal) => api.connectors(cursor, signal),
    [api, cursor, language],
  );
  const page = usePolled(load, EVERY_MS);
  const { value } = page;
  const next = value?.next;

  return (
    <Section heading={words.heading} lead={words.lead}>
      <PolledFault of={page} />
      {!value && !page.fault && <Loading />}
      {value?.items.length === 0 && cursors.length === 0 && <p>{words.empty}</p>}
      {value && value.items.length > 0 && (
        <ul class="rows connectors">
          {worstFirst(value.items).map((item: ConnectorItem) => (
            <ConnectorRow key={item.connector} item={item} />
          ))}
        </ul>
      )}
      <div class="actions">
        <Button onClick={page.again}>{words.again}</Button>
        {cursors.length > 0 && (
          <Button onClick={() => setCursors(cursors.slice(0, -1))}>{words.previous}</Button>
        )}
        {next !== undefined && (
          <Button onClick={() => setCursors([...cursors, next])}>{words.next}</Button>
        )}
      </div>
      <NewConnector />
    </Section>
  );
}
