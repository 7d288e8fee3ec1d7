// Who is paired with whom, and what both sides show: searched, filtered, page by page.
import { useState } from 'preact/hooks';
import type { UserPage, UserView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import type { Listening } from '../live/use-live.ts';
import { Button } from '../parts/button.tsx';
import { PolledFault } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { useSettled } from '../parts/settled.ts';
import type { Rules } from '../rules/use-rules.ts';
import { PairDialog } from './pair-dialog.tsx';
import { useUserPage } from './use-user-page.ts';
import { type StateFilter, totalOf, UserFilters } from './user-filters.tsx';
import { UserTable } from './user-table.tsx';

/** After the last key, before the server is asked. */
const TYPING_MS = 250;
/** API.md, "Accounts, agents, users, status". */
const PAGE_SIZE = 100;

interface UsersPartProps {
  api: Api;
  live: Listening;
  rules: Rules;
}

export function UsersPart({ api, live, rules }: UsersPartProps) {
  const { texts } = useSpeech();
  const words = texts.users;
  const [query, setQuery] = useState('');
  const [state, setState] = useState<StateFilter>('');
  /** Cursors of the pages up to the one that is open; the first page has none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [pairing, setPairing] = useState<UserView>();
  const asked = useSettled(query, TYPING_MS);
  const cursor = cursors.at(-1) ?? '';
  const users = useUserPage(api, live, { query: asked, state, cursor });
  const page = users.value;

  return (
    <Section heading={words.heading}>
      <UserFilters
        query={query}
        state={state}
        counts={page?.counts}
        onQuery={(text) => {
          setQuery(text);
          setCursors([]);
        }}
        onState={(one) => {
          setState(one);
          setCursors([]);
        }}
      />
      <PolledFault of={users} />
      {page ? <UserTable users={page.items} onPair={setPairing} /> : !users.fault && <Loading />}
      {page && (
        <Pages
          page={page}
          from={cursors.length * PAGE_SIZE}
          total={totalOf(page.counts, state)}
          onPrevious={() => setCursors(cursors.slice(0, -1))}
          onNext={(next) => setCursors([...cursors, next])}
        />
      )}
      {pairing && (
        <PairDialog
          api={api}
          user={pairing}
          counts={rules.pairsByHand}
          onPaired={() => {
            setPairing(undefined);
            users.again();
            rules.load();
          }}
          onClose={() => setPairing(undefined)}
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
