// One lamp: colour and word, since when, what is so, what to do – and the step behind it, done now.
import type { LampView } from '../../../shared/lamps.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Since } from '../parts/moment.tsx';
import { Fault } from '../parts/notice.tsx';

interface LampRowProps {
  lamp: LampView;
  check(id: LampView['id']): Promise<LampView>;
}

export function LampRow({ lamp, check }: LampRowProps) {
  const { texts } = useSpeech();
  const checking = useDoing();
  const { overview } = texts;
  const name = texts.lamps[lamp.id];
  return (
    <li class={`lamp lamp-${lamp.state}`} data-lamp={lamp.id} data-state={lamp.state}>
      <span class="dot" aria-hidden="true" />
      <div class="lamp-head">
        <h3>{name}</h3>
        <span class="lamp-state">{texts.lampStates[lamp.state]}</span>
        <Since at={lamp.since} />
      </div>
      <div class="lamp-body">
        <p>{lamp.message}</p>
        {lamp.action !== '' && (
          <p class="to-do">
            <strong>{overview.toDo}</strong> {lamp.action}
          </p>
        )}
        <Fault of={checking.fault} />
      </div>
      <div class="lamp-check">
        <Button
          busy={checking.busy}
          label={overview.checkNamed(name)}
          onClick={() => void checking.run(() => check(lamp.id))}
        >
          <span class="wide">{checking.busy ? overview.checking : overview.check}</span>
          <span class="small" aria-hidden="true" title={overview.check}>
            {checking.busy ? '…' : '↻'}
          </span>
        </Button>
      </div>
    </li>
  );
}
