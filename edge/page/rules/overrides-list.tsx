// The pairs that admins made by hand: who that is on both sides, and their removal.
import { useCallback, useState } from 'preact/hooks';
import type { SettingsView } from '../../../shared/settings/schema.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { isolated, Person } from '../parts/person.tsx';
import { usePolled } from '../polled.ts';
import { addressOf } from '../route.ts';

/** Of many, these are shown; a search finds the others. */
const SHOWN = 20;
/** Below that there is nothing to search in. */
const FEW = 5;

type Override = SettingsView['overrides'][number];

interface OverridesListProps {
  api: Api;
  overrides: readonly Override[];
  /** Those that will not be there once it is saved, by whom they call so in Teams. */
  removed: readonly string[];
  /** What is being taken away now cannot be kept any more. */
  isSaving: boolean;
  onChange(removed: string[]): void;
}

export function OverridesList({ api, overrides, removed, isSaving, onChange }: OverridesListProps) {
  const { texts } = useSpeech();
  const words = texts.rules.overrides;
  const [query, setQuery] = useState('');
  const text = query.trim().toLowerCase();
  const found = overrides.filter(({ teams, pbx }) =>
    `${teams}\n${pbx}`.toLowerCase().includes(text),
  );
  return (
    <section class="card" aria-label={texts.rules.names.overrides}>
      <h3>{texts.rules.names.overrides}</h3>
      <p class="muted">
        {words.hint} <a href={addressOf('users')}>{words.toUsers}</a>
      </p>
      {overrides.length > FEW && (
        <div class="narrow">
          <TextField type="search" label={words.search} value={query} onInput={setQuery} />
        </div>
      )}
      <p class="muted" role="status">
        {overrides.length === 0 ? words.empty : words.of(found.length)}{' '}
        {found.length > SHOWN && words.more}
      </p>
      {found.length > 0 && (
        <ul class="rows">
          {found.slice(0, SHOWN).map((override) => {
            const isRemoved = removed.includes(override.teams);
            return (
              <OverrideRow
                key={override.teams}
                api={api}
                override={override}
                isRemoved={isRemoved}
                isSettled={isRemoved && isSaving}
                onToggle={() =>
                  onChange(
                    isRemoved
                      ? removed.filter((one) => one !== override.teams)
                      : [...removed, override.teams],
                  )
                }
              />
            );
          })}
        </ul>
      )}
    </section>
  );
}

interface OverrideRowProps {
  api: Api;
  override: Override;
  isRemoved: boolean;
  /** It is too late to decide otherwise. */
  isSettled: boolean;
  onToggle(): void;
}

function OverrideRow({ api, override, isRemoved, isSettled, onToggle }: OverrideRowProps) {
  const { texts, said } = useSpeech();
  const words = texts.rules.overrides;
  const load = useCallback(
    (signal: AbortSignal) => api.user(override.teams, signal),
    [api, override],
  );
  const { value: user, fault } = usePolled(load, null);
  const teams = user?.teams;
  const name = isolated(teams?.displayName ?? override.teams);
  const pbx = user?.matchedBy === 'override' ? user.pbx : undefined;
  const reason = user?.reason === undefined ? undefined : said(user.reason);
  return (
    <li class={isRemoved ? 'row row-gone' : 'row'}>
      <div class="row-main override">
        <div>
          {teams ? (
            <a class="user-link" href={addressOf('users', teams.id)}>
              <Person name={teams.displayName} details={[teams.userPrincipalName]} />
            </a>
          ) : (
            <Person
              name={override.teams}
              details={[fault?.code === 'not-found' ? words.nobody : '']}
            />
          )}
        </div>
        <div>
          {pbx ? (
            <Person name={pbx.cn} details={[pbx.sip]} />
          ) : (
            <Person name={override.pbx} details={reason ? [reason.text] : []} />
          )}
        </div>
        {isRemoved && <span class="own-mark">{words.removed}</span>}
      </div>
      <Button
        label={isRemoved ? words.keepNamed(name) : words.removeNamed(name)}
        disabled={isSettled}
        onClick={onToggle}
      >
        {isRemoved ? words.keep : texts.common.remove}
      </Button>
    </li>
  );
}
