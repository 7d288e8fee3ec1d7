// Who is paired with whom, and what both sides show: searched, filtered, page by page.
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { UserPage, UserView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Fault } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { usePolled } from '../polled.ts';
import { UserTable } from './user-table.tsx';

const EVERY_MS = 10_000;
/** After the last key, before the server is asked. */
const TYPING_MS = 250;
/** API.md, "Accounts, agents, users, status". */
const PAGE_SIZE = 100;

const STATES = ['paired', 'unmatched', 'ambiguous', 'unlicensed', 'noRights'] as const;
type Filter = UserView['state'] | '';

export function UsersPart({ api }: { api: Api }) {
  const { texts } = useSpeech();
  const words = texts.users;
  const [query, setQuery] = useState('');
  const [state, setState] = useState<Filter>('');
  /** Cursors of the pages up to the one that is open; the first page has none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const asked = useSettled(query, TYPING_MS);
  const cursor = cursors.at(-1) ?? '';
  const load = useCallback(
    (signal: AbortSignal) => api.users({ query: asked, state, cursor }, signal),
    [api, asked, state, cursor],
  );
  const users = usePolled(load, EVERY_MS);
  const page = users.value;

  return (
    <Section heading={words.heading}>
      <div class="filters">
        <Field label={words.search}>
          {(wiring) => (
            <input
              {...wiring}
              type="search"
              placeholder={words.searchHint}
              value={query}
              onInput={(event) => {
                setQuery(event.currentTarget.value);
                setCursors([]);
              }}
            />
          )}
        </Field>
        <Field label={words.state}>
          {(wiring) => (
            <select
              {...wiring}
              value={state}
              onChange={(event) => {
                setState(event.currentTarget.value as Filter);
                setCursors([]);
              }}
            >
              <option value="">{withCount(words.all, page && totalOf(page, ''))}</option>
              {STATES.map((one) => (
                <option key={one} value={one}>
                  {withCount(words.states[one], page?.counts[one])}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Fault of={users.fault} stale={page !== undefined} />
      {page ? <UserTable users={page.items} /> : !users.fault && <Loading />}
      {page && (
        <Pages
          page={page}
          from={cursors.length * PAGE_SIZE}
          total={totalOf(page, state)}
          onPrevious={() => setCursors(cursors.slice(0, -1))}
          onNext={(next) => setCursors([...cursors, next])}
        />
      )}
    </Section>
  );
}

interface PagesProps {
  page: UserPage;
  /** How many are on the pages before. */
  from: number;
  total: number;
  onPrevious(): void;
  onNext(cursor: string): void;
}

function Pages({ page, from, total, onPrevious, onNext }: PagesProps) {
  const { texts } = useSpeech();
  const words = texts.users;
  const { next } = page;
  const some = page.items.length > 0;
  return (
    <div class="pages">
      <p class="muted" role="status">
        {some ? words.range(from + 1, from + page.items.length, total) : words.nobody}
      </p>
      {(from > 0 || next !== undefined) && (
        <div class="actions">
          <Button disabled={from === 0} onClick={onPrevious}>
            {words.previous}
          </Button>
          <Button disabled={next === undefined} onClick={() => next !== undefined && onNext(next)}>
            {words.next}
          </Button>
        </div>
      )}
    </div>
  );
}

const totalOf = ({ counts }: UserPage, state: Filter): number =>
  state === '' ? Object.values(counts).reduce((sum, count) => sum + count, 0) : counts[state];

const withCount = (word: string, count: number | undefined): string =>
  count === undefined ? word : `${word} (${count})`;

/** The value once it has not changed for `ms`. */
function useSettled(value: string, ms: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
