// One connector: where its page is, and what is to be done there first.
import type { ConnectorItem } from '../../http/admin-api/answers.ts';
import { useSpeech } from '../language.tsx';
import { Since } from '../parts/moment.tsx';
import { StateMark } from '../parts/state-mark.tsx';

export function ConnectorRow({ item: { connector, worst, error } }: { item: ConnectorItem }) {
  const { texts } = useSpeech();
  const words = texts.operator;
  return (
    <li class="row" data-state={worst?.state ?? 'silent'}>
      <div class="row-main">
        <a class="person" href={`/${connector}/admin`}>
          {connector}
        </a>
        <p class="facts">
          {worst ? (
            <StateMark tone={worst.state} word={texts.lampStates[worst.state]} />
          ) : (
            <StateMark tone="error" word={words.notAsked} />
          )}
          {worst && worst.state !== 'ok' && <strong>{texts.lamps[worst.id]}</strong>}
          {worst && worst.state !== 'ok' && <Since at={worst.since} />}
        </p>
        {worst?.state === 'ok' && <p class="muted">{words.allGood}</p>}
        {worst && worst.state !== 'ok' && <p>{worst.message}</p>}
        {worst && worst.state !== 'ok' && worst.action !== '' && (
          <p class="muted">{worst.action}</p>
        )}
        {error !== undefined && <p>{error}</p>}
      </div>
    </li>
  );
}
