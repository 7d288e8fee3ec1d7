// The table of users. On a narrow screen the style makes a card of each row.
import type { UserView } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Moment } from '../parts/moment.tsx';
import { isolated, Person } from '../parts/person.tsx';
import { StateMark } from '../parts/state-mark.tsx';
import { addressOf } from '../route.ts';
import { PresenceMark } from './presence-mark.tsx';
import { isWatched, keyOf, nameOf, TONES } from './user-words.ts';

interface UserTableProps {
  users: readonly UserView[];
  onPair(user: UserView): void;
}

export function UserTable({ users, onPair }: UserTableProps) {
  const { texts } = useSpeech();
  if (users.length === 0) return null;
  const { columns } = texts.users;
  return (
    <table class="users">
      <thead>
        <tr>
          {Object.entries(columns).map(([key, word]) => (
            <th key={key} scope="col">
              {word}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <UserRow key={keyOf(user)} user={user} onPair={() => onPair(user)} />
        ))}
      </tbody>
    </table>
  );
}

function UserRow({ user, onPair }: { user: UserView; onPair(): void }) {
  const { texts } = useSpeech();
  const { columns, directions, number, pair, pairNamed } = texts.users;
  const { teams, pbx, lastChange } = user;
  const isAlone = user.state === 'unmatched' || user.state === 'ambiguous';
  return (
    <tr>
      <td data-label={columns.teams}>
        {teams && (
          <a class="user-link" href={addressOf('users', teams.id)}>
            <Person name={teams.displayName} details={[teams.userPrincipalName]} />
          </a>
        )}
      </td>
      <td data-label={columns.teamsPresence}>
        {teams && isWatched(user) && (
          <PresenceMark activity={teams.activity ?? teams.availability} at={teams.at} />
        )}
      </td>
      <td data-label={columns.pbx}>
        {pbx && (
          <Person
            name={pbx.cn}
            details={[pbx.sip, pbx.number === null ? '' : number(pbx.number)]}
          />
        )}
      </td>
      <td data-label={columns.pbxPresence}>
        {pbx && isWatched(user) && <PresenceMark activity={pbx.activity} at={pbx.at} />}
      </td>
      <td data-label={columns.match}>
        <Match user={user} />
        {isAlone && (
          <Button label={pairNamed(isolated(nameOf(user)))} onClick={onPair}>
            {pair}
          </Button>
        )}
      </td>
      <td data-label={columns.lastChange}>
        {lastChange && (
          <>
            <Moment at={lastChange.at} />
            <span class="detail">{directions[lastChange.direction]}</span>
          </>
        )}
      </td>
    </tr>
  );
}

/** How a user was matched, and why they have no partner where they have none. */
export function Match({ user: { state, reason, matchedBy } }: { user: UserView }) {
  const { texts, said } = useSpeech();
  const { matchedBy: by, states } = texts.users;
  const why = reason === undefined ? undefined : said(reason);
  return (
    <>
      <StateMark tone={TONES[state]} word={states[state]} />
      {matchedBy !== undefined && (
        <span class="detail">
          {Object.hasOwn(by, matchedBy) ? by[matchedBy as never] : matchedBy}
        </span>
      )}
      {why && (
        <bdi class="detail detail-whole" lang={why.lang}>
          {why.text}
        </bdi>
      )}
    </>
  );
}
