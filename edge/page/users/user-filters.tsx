// Whom to look for, and in which state.
import type { UserFilter, UserPage } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Field } from '../parts/field.tsx';

const STATES = ['paired', 'unmatched', 'ambiguous', 'unlicensed', 'noRights'] as const;
/** `''`: all. */
export type StateFilter = UserFilter | '';

interface UserFiltersProps {
  query: string;
  state: StateFilter;
  counts: UserPage['counts'] | undefined;
  onQuery(query: string): void;
  onState(state: StateFilter): void;
}

export function UserFilters({ query, state, counts, onQuery, onState }: UserFiltersProps) {
  const { texts } = useSpeech();
  const words = texts.users;
  return (
    <div class="filters">
      <Field label={words.search}>
        {(wiring) => (
          <input
            {...wiring}
            type="search"
            placeholder={words.searchHint}
            maxLength={256}
            value={query}
            onInput={(event) => onQuery(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={words.state}>
        {(wiring) => (
          <select
            {...wiring}
            value={state}
            onChange={(event) => onState(event.currentTarget.value as StateFilter)}
          >
            <option value="">{withCount(words.all, counts && totalOf(counts, ''))}</option>
            {STATES.map((one) => (
              <option key={one} value={one}>
                {withCount(words.states[one], counts?.[one])}
              </option>
            ))}
            {(state === 'notSubscribed' || (counts?.notSubscribed ?? 0) > 0) && (
              <option value="notSubscribed">
                {withCount(words.notSubscribed, counts?.notSubscribed)}
              </option>
            )}
          </select>
        )}
      </Field>
    </div>
  );
}

export const totalOf = (counts: UserPage['counts'], state: StateFilter): number =>
  state === '' ? STATES.reduce((sum, one) => sum + counts[one], 0) : counts[state];

const withCount = (word: string, count: number | undefined): string =>
  count === undefined ? word : `${word} (${count})`;
