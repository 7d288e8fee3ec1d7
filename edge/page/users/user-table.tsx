// The table of users. On a narrow screen the style makes a card of each row.
import type { UserView } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { StateMark, type StateTone } from '../parts/state-mark.tsx';
import { PresenceMark } from './presence-mark.tsx';

const TONES: Record<UserView['state'], StateTone> = {
  paired: 'ok',
  unmatched: 'unknown',
  ambiguous: 'warning',
  unlicensed: 'unknown',
  noRights: 'warning',
};

export function UserTable({ users }: { users: readonly UserView[] }) {
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
          <UserRow key={user.teams?.id ?? user.pbx?.guid} user={user} />
        ))}
      </tbody>
    </table>
  );
}

function UserRow({ user: { state, reason, matchedBy, teams, pbx } }: { user: UserView }) {
  const { texts, said } = useSpeech();
  const { columns, matchedBy: by, number, states } = texts.users;
  // Nobody looks at the presence of whom nothing would be done for.
  const watched = state === 'paired' || state === 'noRights';
  const why = reason === undefined ? undefined : said(reason);
  return (
    <tr>
      <td data-label={columns.teams}>
        {teams && (
          <>
            <span class="person">{teams.displayName}</span>
            <span class="detail">{teams.userPrincipalName}</span>
          </>
        )}
      </td>
      <td data-label={columns.teamsPresence}>
        {teams && watched && (
          <PresenceMark activity={teams.activity ?? teams.availability} at={teams.at} />
        )}
      </td>
      <td data-label={columns.pbx}>
        {pbx && (
          <>
            <span class="person">{pbx.cn}</span>
            <span class="detail">
              {[pbx.sip, pbx.number === null ? '' : number(pbx.number)].filter(Boolean).join(' · ')}
            </span>
          </>
        )}
      </td>
      <td data-label={columns.pbxPresence}>
        {pbx && watched && <PresenceMark activity={pbx.activity} at={pbx.at} />}
      </td>
      <td data-label={columns.match}>
        <StateMark tone={TONES[state]} word={states[state]} />
        {matchedBy !== undefined && (
          <span class="detail">{isStep(matchedBy, by) ? by[matchedBy] : matchedBy}</span>
        )}
        {why && (
          <span class="detail" lang={why.lang}>
            {why.text}
          </span>
        )}
      </td>
    </tr>
  );
}

const isStep = <T extends object>(step: string, steps: T): step is string & keyof T =>
  Object.hasOwn(steps, step);
