// The two sides of a user beside each other.
import type { ComponentChildren } from 'preact';
import type { UserView } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Person } from '../parts/person.tsx';
import { PresenceMark } from './presence-mark.tsx';
import { isWatched } from './user-words.ts';

export function Sides({ user }: { user: UserView }) {
  const { texts } = useSpeech();
  const { one, number } = texts.users;
  const { teams, pbx } = user;
  const presence = (activity: string | null, at: string | null) =>
    isWatched(user) ? (
      <PresenceMark activity={activity} at={at} />
    ) : (
      <span class="muted">{one.notWatched}</span>
    );
  return (
    <div class="sides">
      <Side name={one.inTeams}>
        {teams ? (
          <>
            <Person name={teams.displayName} details={[teams.userPrincipalName]} />
            <p class="side-presence" data-side="teams">
              {presence(teams.activity ?? teams.availability, teams.at)}
            </p>
          </>
        ) : (
          <p class="muted">{one.noTeams}</p>
        )}
      </Side>
      <Side name={one.onPbx}>
        {pbx ? (
          <>
            <Person
              name={pbx.cn}
              details={[pbx.sip, pbx.number === null ? '' : number(pbx.number)]}
            />
            <p class="side-presence" data-side="pbx">
              {presence(pbx.activity, pbx.at)}
            </p>
          </>
        ) : (
          <p class="muted">{one.noPbx}</p>
        )}
      </Side>
    </div>
  );
}

function Side({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="card side" aria-label={name}>
      <h3>{name}</h3>
      {children}
    </section>
  );
}
