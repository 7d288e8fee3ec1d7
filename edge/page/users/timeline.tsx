// The last decisions about a user, newest first: what came in, what was decided and why, what went out,
// how long it took. Where nothing is kept, it says so.
import type { TimelineEntry } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Moment } from '../parts/moment.tsx';
import { Notice, PolledFault } from '../parts/notice.tsx';
import type { Polled } from '../polled.ts';
import { addressOf } from '../route.ts';
import { entryWords } from './timeline-words.ts';

interface TimelineProps {
  timeline: Polled<TimelineEntry[]>;
  /** `undefined`: not known yet. */
  isKept: boolean | undefined;
  isPair: boolean;
}

export function Timeline({ timeline, isKept, isPair }: TimelineProps) {
  const entries = timeline.value;
  const { texts } = useSpeech();
  const words = texts.timeline;
  return (
    <section class="card timeline" aria-label={words.heading}>
      <h3>{words.heading}</h3>
      <p class="muted">{words.lead}</p>
      <PolledFault of={timeline} />
      {isKept === false && (
        <Notice tone="plain">
          {words.off} <a href={addressOf('setup', 'settings')}>{words.toSettings}</a>
        </Notice>
      )}
      {isKept !== false && entries?.length === 0 && <p>{isPair ? words.empty : words.noPair}</p>}
      {entries && entries.length > 0 && (
        <table class="entries">
          <thead>
            <tr>
              {Object.entries(words.columns).map(([key, word]) => (
                <th key={key} scope="col">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <Entry key={`${entry.at} ${entry.reason} ${entry.saw}`} entry={entry} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Entry({ entry }: { entry: TimelineEntry }) {
  const { texts } = useSpeech();
  const { columns, rule: ruleWord } = texts.timeline;
  const { from, saw, why, rule, wrote, took } = entryWords(texts, entry);
  return (
    <tr data-reason={entry.reason}>
      <td data-label={columns.at}>
        <Moment at={entry.at} seconds />
      </td>
      <td data-label={columns.saw}>
        <span class="from">{from}</span>
        <bdi>{saw}</bdi>
      </td>
      <td data-label={columns.why}>
        {why} {rule !== undefined && <span class="rule">{ruleWord(rule)}</span>}
      </td>
      <td data-label={columns.wrote}>
        {wrote.map((one) => (
          <bdi key={one} class="line">
            {one}
          </bdi>
        ))}
      </td>
      <td data-label={columns.took}>
        {took.map((one) => (
          <span key={one} class="line">
            {one}
          </span>
        ))}
      </td>
    </tr>
  );
}
