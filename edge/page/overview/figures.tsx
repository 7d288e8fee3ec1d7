// The last hour in both directions: how much, how quickly; drawn, in a sentence, and as a table.
import type { DirectionFigures } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import type { Listening } from '../live/use-live.ts';
import { Chart } from './chart.tsx';
import { useFigures } from './use-figures.ts';

export function FiguresOfTheHour({ api, live }: { api: Api; live: Listening }) {
  const { texts } = useSpeech();
  const figures = useFigures(api, live);
  if (!figures) return null;
  return (
    <>
      <h3 class="below">{texts.figures.heading}</h3>
      <div class="figures">
        <Direction name={texts.figures.toPbx} figures={figures.teamsToPbx} />
        <Direction name={texts.figures.toTeams} figures={figures.pbxToTeams} />
      </div>
    </>
  );
}

function Direction({ name, figures }: { name: string; figures: DirectionFigures }) {
  const { texts, duration } = useSpeech();
  const words = texts.figures;
  const { count, p50, worst } = figures.hour;
  return (
    <figure class="card figure" data-count={count}>
      <figcaption>
        <h4>{name}</h4>
        {p50 === null || worst === null ? (
          <p class="muted">{words.none}</p>
        ) : (
          <p>
            <strong>{words.changes(count)}</strong>{' '}
            <span class="muted">{words.took(count, duration(p50), duration(worst))}</span>
          </p>
        )}
      </figcaption>
      {count > 0 && (
        <>
          <Chart figures={figures} label={words.drawing(name)} />
          <details>
            <summary>{words.table}</summary>
            <MinuteTable figures={figures} />
          </details>
        </>
      )}
    </figure>
  );
}

function MinuteTable({ figures }: { figures: DirectionFigures }) {
  const { texts, when, duration } = useSpeech();
  const { columns } = texts.figures;
  const busy = figures.minutes.filter(({ count }) => count > 0).reverse();
  return (
    <table class="minutes">
      <thead>
        <tr>
          <th scope="col">{columns.minute}</th>
          <th scope="col">{columns.count}</th>
          <th scope="col">{columns.median}</th>
          <th scope="col">{columns.worst}</th>
        </tr>
      </thead>
      <tbody>
        {busy.map(({ at, count, p50, worst }) => (
          <tr key={at}>
            <td>{when(at)}</td>
            <td>{count}</td>
            <td>{duration(p50 ?? 0)}</td>
            <td>{duration(worst ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
