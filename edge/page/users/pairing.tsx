// How a user was paired and why, what was written for the pair last, and what an admin can do about it.
import type { UserView } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Moment } from '../parts/moment.tsx';
import { reasonWords } from './timeline-words.ts';
import { Match } from './user-table.tsx';

interface PairingProps {
  user: UserView;
  /** An admin paired this user, whether or not it counts. */
  isByHand: boolean;
  onPair(): void;
  onUndo(): void;
}

export function Pairing({ user, isByHand, onPair, onUndo }: PairingProps) {
  const { texts } = useSpeech();
  const { one, directions, pair } = texts.users;
  const { matchedBy, lastChange } = user;
  const why = one.why as Readonly<Record<string, string>>;
  return (
    <section class="card" aria-label={one.pairing}>
      <h3>{one.pairing}</h3>
      <p class="pairing">
        <Match user={user} />
      </p>
      {matchedBy !== undefined && <p>{why[matchedBy]}</p>}
      {lastChange && (
        <p>
          {one.lastChange}: <Moment at={lastChange.at} />, {directions[lastChange.direction]}.{' '}
          {reasonWords(texts, lastChange.reason)}
        </p>
      )}
      <div class="actions">
        <Button onClick={onPair}>{user.pbx ? one.another : pair}</Button>
        {isByHand && <Button onClick={onUndo}>{one.undo}</Button>}
      </div>
    </section>
  );
}
