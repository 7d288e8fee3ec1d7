// One user: what both sides show of them, how they were paired and why, and what was decided lately.
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { UserView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { type Listening, useTold } from '../live/use-live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Notice, PolledFault } from '../parts/notice.tsx';
import { isolated, shortName } from '../parts/person.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { usePolled } from '../polled.ts';
import { addressOf } from '../route.ts';
import type { Rules } from '../rules/use-rules.ts';
import { PairDialog } from './pair-dialog.tsx';
import { Pairing } from './pairing.tsx';
import { Sides } from './sides.tsx';
import { Timeline } from './timeline.tsx';
import { nameOf } from './user-words.ts';

/** Where changes are not told. */
const EVERY_MS = 5_000;

interface UserPartProps {
  api: Api;
  live: Listening;
  rules: Rules;
  /** Object id of the user in Teams. */
  id: string;
}

export function UserPart({ api, live, rules, id }: UserPartProps) {
  const { texts } = useSpeech();
  const words = texts.users;
  const everyMs = live.isUp ? null : EVERY_MS;
  const loadUser = useCallback((signal: AbortSignal) => api.user(id, signal), [api, id]);
  const loadTimeline = useCallback((signal: AbortSignal) => api.timeline(id, signal), [api, id]);
  const user = usePolled(loadUser, everyMs);
  const timeline = usePolled(loadTimeline, everyMs);
  const [open, setOpen] = useState<'pair' | 'unpair'>();
  const undoing = useDoing();
  const again = useCallback(() => {
    user.again();
    timeline.again();
  }, [user.again, timeline.again]);
  const told = useCallback(
    (one: UserView) => {
      if (one.teams?.id !== id) return;
      user.take(one);
      timeline.again();
    },
    [id, user.take, timeline.again],
  );
  useTold(live, 'user', told);
  useTold(live, 'users', again);

  // Whether a timeline is kept, and who is paired by hand, somebody may have changed.
  useEffect(() => rules.load(), []);

  function changed() {
    setOpen(undefined);
    undoing.forget();
    again();
    rules.load();
  }

  const shown = user.value;
  const isGone = user.fault?.code === 'not-found';
  return (
    <Section heading={shown ? shortName(nameOf(shown)) : words.heading}>
      <p class="back">
        <a href={addressOf('users')}>← {words.one.back}</a>
      </p>
      {isGone && <Notice tone="warning">{words.one.gone}</Notice>}
      {!isGone && <PolledFault of={user} />}
      {!shown && !user.fault && <Loading />}
      {shown && !isGone && (
        <>
          <Sides user={shown} />
          <Pairing
            user={shown}
            isByHand={shown.matchedBy === 'override' || rules.isByHand(shown)}
            onPair={() => setOpen('pair')}
            onUndo={() => setOpen('unpair')}
          />
          <Timeline
            timeline={timeline}
            isKept={rules.keepsTimeline}
            isPair={shown.state === 'paired' || shown.state === 'noRights'}
          />
        </>
      )}
      {shown && open === 'pair' && (
        <PairDialog
          api={api}
          user={shown}
          counts={rules.pairsByHand}
          onPaired={changed}
          onClose={() => setOpen(undefined)}
        />
      )}
      {shown && open === 'unpair' && (
        <Confirm
          title={words.one.undoTitle(isolated(nameOf(shown)))}
          text={words.one.undoText}
          action={words.one.undo}
          doing={undoing}
          onConfirm={() => void undoing.run(() => api.unpair(id)).then((done) => done && changed())}
          onCancel={() => {
            undoing.forget();
            setOpen(undefined);
          }}
        />
      )}
    </Section>
  );
}
