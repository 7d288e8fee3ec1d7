// What another matching would change, before it is saved: who would gain a partner, who would lose theirs.
import type { PairPartner } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import { Person } from '../parts/person.tsx';
import type { TryingOut } from './use-try-out.ts';

export function TryOut({ trying }: { trying: TryingOut }) {
  const { texts } = useSpeech();
  const words = texts.rules.tryOut;
  const { result, isOutdated, isTooEarly, doing, run, more } = trying;
  return (
    <section class="card try-out" aria-label={words.heading}>
      <h3>{words.heading}</h3>
      <p class="muted">{isOutdated ? words.again : words.hint}</p>
      <div class="actions">
        <Button busy={doing.busy} onClick={run}>
          {doing.busy ? words.trying : words.button}
        </Button>
      </div>
      {isTooEarly && <p>{words.nobodyYet}</p>}
      <Fault of={doing.fault} />
      {result && (
        <>
          <Notice tone={result.items.length > 0 ? 'warning' : 'ok'}>
            {result.items.length > 0 ? words.counts(result.counts) : words.nothing}
          </Notice>
          {result.items.length > 0 && <PairChanges trying={trying} />}
          {result.next !== undefined && (
            <div class="actions">
              <Button busy={doing.busy} onClick={more}>
                {words.more}
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}

function PairChanges({ trying: { result } }: { trying: TryingOut }) {
  const { texts, said } = useSpeech();
  const { columns } = texts.rules.tryOut;
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
        {result?.items.map(({ teams, before, after, reason }) => {
          const why = said(reason);
          return (
            <tr key={teams.id}>
              <td data-label={columns.user}>
                <Person name={teams.displayName} details={[teams.userPrincipalName]} />
              </td>
              <td data-label={columns.before}>
                <Partner of={before} />
              </td>
              <td data-label={columns.after}>
                <Partner of={after} />
              </td>
              <td data-label={columns.why}>
                <bdi lang={why.lang}>{why.text}</bdi>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Partner({ of }: { of: PairPartner | undefined }) {
  const { texts } = useSpeech();
  if (!of) return <span class="muted">{texts.rules.tryOut.nobody}</span>;
  return <Person name={of.cn} details={[of.sip]} />;
}
