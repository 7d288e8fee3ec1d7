// Who is paired with whom, and what both sides show: searched, filtered, page by page.
import { useCallback, useState } from 'preact/hooks';
import type { UserPage, UserView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { type Listening, useTold } from '../live/use-live.ts';
import { Button } from '../parts/button.tsx';
import { Fault } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { useSettled } from '../parts/settled.ts';
import { type Polled, usePolled } from '../polled.ts';
import { PairDialog } from './pair-dialog.tsx';
import { type StateFilter, totalOf, UserFilters } from './user-filters.tsx';
import { UserTable } from './user-table.tsx';
import { keyOf } from './user-words.ts';

/** Who comes or goes is told by nothing but the list; what changes on the page is told at once. */
const EVERY_MS = 10_000;
/** After the last key, before the server is asked. */
const TYPING_MS = 250;
/** API.md, "Accounts, agents, users, status". */
const PAGE_SIZE = 100;

interface UsersPartProps {
  api: Api;
  live: Listening;
  /** Pairs by hand count. */
  byHand: boolean;
}

export function UsersPart({ api, live, byHand }: UsersPartProps) {
  const { texts } = useSpeech();
  const words = texts.users;
  const [query, setQuery] = useState('');
  const [state, setState] = useState<StateFilter>('');
  /** Cursors of the pages up to the one that is open; the first page has none. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const [pairing, setPairing] = useState<UserView>();
  const asked = useSettled(query, TYPING_MS);
  const cursor = cursors.at(-1) ?? '';
  const load = useCallback(
    (signal: AbortSignal) => api.users({ query: asked, state, side: '', cursor }, signal),
    [api, asked, state, cursor],
  );
  const users = usePolled(load, EVERY_MS);
  const page = users.value;
  useTold(live, 'user', useUserTold(users));
  useTold(live, 'users', users.again);

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
      <Fault of={users.fault} stale={page !== undefined} />
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
          counts={byHand}
          onPaired={() => {
            setPairing(undefined);
            users.again();
          }}
          onClose={() => setPairing(undefined)}
        />
      )}
    </Section>
  );
}

/** Puts in whoever is on the page; where partners changed, the list is read again. */
function useUserTold({ value: page, put, again }: Polled<UserPage>): (user: UserView) => void {
  return useCallback(
    (told) => {
      const isTold = (one: UserView) => keyOf(one) === keyOf(told);
      const known = page?.items.find((one) => isTold(one) || one.pbx?.guid === told.pbx?.guid);
      if (!known) return;
      const isSamePair = isTold(known) && known.pbx?.guid === told.pbx?.guid;
      if (!isSamePair || known.state !== told.state) again();
      put((now) => ({ ...now, items: now.items.map((one) => (isTold(one) ? told : one)) }));
    },
    [page, put, again],
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
