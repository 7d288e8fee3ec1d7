// The lamps, in the order in which they depend on each other.
import { useCallback } from 'preact/hooks';
import type { LampView } from '../../../shared/lamps.ts';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { type Listening, useTold } from '../live/use-live.ts';
import { PolledFault } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { usePolled } from '../polled.ts';
import { FiguresOfTheHour } from './figures.tsx';
import { LampRow } from './lamp-row.tsx';
import { Summary } from './summary.tsx';

/** Where they are not told as they change. */
const EVERY_MS = 5_000;

export function OverviewPart({ api, live }: { api: Api; live: Listening }) {
  const { texts, language } = useSpeech();
  // Asked again in another language: the sentences come from the server.
  const load = useCallback((signal: AbortSignal) => api.lamps(signal), [api, language]);
  const lamps = usePolled(load, live.isUp ? null : EVERY_MS);
  useTold(live, 'status', lamps.take);

  const check = async (id: LampView['id']): Promise<LampView> => {
    const checked = await api.check(id);
    lamps.put((all) => all.map((lamp) => (lamp.id === id ? checked : lamp)));
    // One step done has often brought others forward.
    lamps.again();
    return checked;
  };

  return (
    <Section heading={texts.overview.heading}>
      <PolledFault of={lamps} />
      {lamps.value ? (
        <>
          <Summary lamps={lamps.value} />
          <ol class="lamps" data-live={live.isUp ? 'up' : 'down'}>
            {lamps.value.map((lamp) => (
              <LampRow key={lamp.id} lamp={lamp} check={check} />
            ))}
          </ol>
          <FiguresOfTheHour api={api} live={live} />
        </>
      ) : (
        !lamps.fault && <Loading />
      )}
    </Section>
  );
}
