// Pairs a user by hand: the partner is picked from those of the other side.
import { useCallback, useId, useRef, useState } from 'preact/hooks';
import type { UserView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { useModal } from '../parts/modal.ts';
import { Fault, Notice, PolledFault } from '../parts/notice.tsx';
import { isolated, Person } from '../parts/person.tsx';
import { Loading } from '../parts/section.tsx';
import { useSettled } from '../parts/settled.ts';
import { usePolled } from '../polled.ts';
import { addressOf } from '../route.ts';
import { keyOf, nameOf } from './user-words.ts';

/** Partners offered at once; a search finds the others. */
const OFFERED = 20;
/** After the last key, before the server is asked. */
const TYPING_MS = 250;

interface PairDialogProps {
  api: Api;
  user: UserView;
  /** Pairs by hand count. */
  counts: boolean;
  onPaired(): void;
  onClose(): void;
}

/** Open as long as it is rendered. */
export function PairDialog({ api, user, counts, onPaired, onClose }: PairDialogProps) {
  const { texts } = useSpeech();
  const words = texts.users.picker;
  /** It was paired, and stayed open: whoever closes it has done something all the same. */
  const pairedBefore = useRef(false);
  const modal = useModal(() => (pairedBefore.current ? onPaired() : onClose()));
  const id = useId();
  const side = user.teams ? 'pbx' : 'teams';
  const [query, setQuery] = useState('');
  const [chosen, setChosen] = useState<UserView>();
  const asked = useSettled(query, TYPING_MS);
  const load = useCallback(
    (signal: AbortSignal) => api.users({ query: asked, state: '', side, cursor: '' }, signal),
    [api, asked, side],
  );
  const found = usePolled(load, null);
  const pairing = useDoing();
  const latest = useRef(chosen);
  latest.current = chosen;

  async function pair() {
    const teamsId = user.teams?.id ?? chosen?.teams?.id;
    const guid = user.teams ? chosen?.pbx?.guid : user.pbx?.guid;
    if (teamsId === undefined || guid === undefined) return;
    if (!(await pairing.run(() => api.pair(teamsId, guid)))) return;
    // Somebody else was looked for meanwhile: that choice is still to be made.
    pairedBefore.current = latest.current !== chosen;
    if (pairedBefore.current) found.again();
    else onPaired();
  }

  return (
    <dialog ref={modal.dialog} class="dialog picker" aria-labelledby={id} onClose={modal.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void pair();
        }}
      >
        <h3 id={id}>{words.title(isolated(nameOf(user)))}</h3>
        {!counts && (
          <Notice tone="warning">
            {words.switchedOff} <a href={addressOf('rules')}>{words.toRules}</a>
          </Notice>
        )}
        <Field label={side === 'pbx' ? words.searchPbx : words.searchTeams}>
          {(wiring) => (
            <input
              {...wiring}
              type="search"
              maxLength={256}
              value={query}
              onInput={(event) => {
                setQuery(event.currentTarget.value);
                setChosen(undefined);
              }}
            />
          )}
        </Field>
        <PolledFault of={found} />
        {found.value ? (
          <Offers
            users={found.value.items}
            side={side}
            chosen={chosen}
            onChoose={setChosen}
            self={keyOf(user)}
          />
        ) : (
          !found.fault && <Loading />
        )}
        <Fault of={pairing.fault} />
        <div class="actions actions-end">
          <Button onClick={modal.close}>{texts.common.cancel}</Button>
          <Button kind="main" type="submit" busy={pairing.busy} disabled={!chosen}>
            {pairing.busy ? words.saving : words.save}
          </Button>
        </div>
      </form>
    </dialog>
  );
}

interface OffersProps {
  users: readonly UserView[];
  side: 'teams' | 'pbx';
  chosen: UserView | undefined;
  onChoose(user: UserView): void;
  /** Who is to be paired. */
  self: string;
}

function Offers({ users, side, chosen, onChoose, self }: OffersProps) {
  const { texts } = useSpeech();
  const words = texts.users.picker;
  const name = useId();
  const offered = users.slice(0, OFFERED);
  return (
    <fieldset class="group offers">
      <legend>{side === 'pbx' ? words.ofPbx : words.ofTeams}</legend>
      <p class="muted" role="status">
        {users.length === 0
          ? words.none
          : users.length > OFFERED
            ? words.more
            : words.found(users.length)}
      </p>
      {offered.map((user) => {
        const { teams, pbx } = user;
        const other = side === 'pbx' ? teams?.displayName : pbx?.cn;
        return (
          <label key={keyOf(user)} class="choice offer">
            <input
              type="radio"
              name={name}
              checked={chosen !== undefined && keyOf(chosen) === keyOf(user)}
              onChange={() => onChoose(user)}
            />
            <span>
              {side === 'pbx' ? (
                <Person
                  name={pbx?.cn ?? ''}
                  details={[
                    pbx?.sip ?? '',
                    pbx?.number == null ? '' : texts.users.number(pbx.number),
                  ]}
                />
              ) : (
                <Person
                  name={teams?.displayName ?? ''}
                  details={[teams?.userPrincipalName ?? '']}
                />
              )}
              {other !== undefined && keyOf(user) !== self && (
                <span class="hint">{words.taken(isolated(other))}</span>
              )}
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
