// One page of the list of users: asked for now and then, and what is told of somebody on it put in at once.
import { useCallback, useRef } from 'preact/hooks';
import type { UserPage, UserView } from '../../connector/rpc.ts';
import type { Api, UserQuery } from '../api.ts';
import { type Listening, useTold } from '../live/use-live.ts';
import { type Polled, usePolled } from '../polled.ts';
import { keyOf, mayBeNewIn } from './user-words.ts';

/** Who goes is told by nothing but the list. In ms. */
const EVERY_MS = 10_000;
/** Who comes is told like anybody: for newcomers the list is read again, at most this often, in ms. */
const NEWCOMERS_EVERY_MS = 1_000;
/** No answer takes longer, in ms. */
const REMEMBERED_MS = 60_000;

export function useUserPage(
  api: Api,
  live: Listening,
  { query, state, cursor }: Pick<UserQuery, 'query' | 'state' | 'cursor'>,
): Polled<UserPage> {
  /** Told lately: an answer that was on its way meanwhile is older. */
  const told = useRef<{ user: UserView; at: number }[]>([]);
  const newcomersAt = useRef(0);
  const load = useCallback(
    async (signal: AbortSignal) => {
      const askedAt = Date.now();
      const page = await api.users({ query, state, side: '', cursor }, signal);
      const since = told.current.filter(({ at }) => at >= askedAt);
      return since.reduce((now, { user }) => withUser(now, user), page);
    },
    [api, query, state, cursor],
  );
  const users = usePolled(load, EVERY_MS);
  const { value: page, put, again } = users;
  const onUser = useCallback(
    (user: UserView) => {
      const now = Date.now();
      told.current = [
        ...told.current.filter(({ at }) => at > now - REMEMBERED_MS),
        { user, at: now },
      ];
      const known = page?.items.find(
        (one) => keyOf(one) === keyOf(user) || (user.pbx && one.pbx?.guid === user.pbx.guid),
      );
      put((before) => withUser(before, user));
      if (!known) {
        const isDue = Math.abs(now - newcomersAt.current) >= NEWCOMERS_EVERY_MS;
        if (!isDue || !page || !mayBeNewIn(page, { query, state, cursor }, user)) return;
        newcomersAt.current = now;
        return again();
      }
      // Another partner: that changes other rows, too.
      const isSamePair = keyOf(known) === keyOf(user) && known.pbx?.guid === user.pbx?.guid;
      if (!isSamePair || known.state !== user.state) again();
    },
    [page, put, again, query, state, cursor],
  );
  useTold(live, 'user', onUser);
  useTold(live, 'users', again);
  return users;
}

const withUser = (page: UserPage, user: UserView): UserPage => ({
  ...page,
  items: page.items.map((one) => (keyOf(one) === keyOf(user) ? user : one)),
});
