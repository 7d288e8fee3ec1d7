// What an admin sees once signed in: the navigation and the part that is open. A connector that does not
// exist yet has one part only: its set-up, which creates it.

import { useEffect } from 'preact/hooks';
import type { Api } from './api.ts';
import { useSpeech } from './language.tsx';
import { useLive } from './live/use-live.ts';
import { Button } from './parts/button.tsx';
import { Fault } from './parts/notice.tsx';
import { Loading } from './parts/section.tsx';
import { usePaused } from './paused.ts';
import { addressOf, type Part, routeOf, useRoute } from './route.ts';
import { useRules } from './rules/use-rules.ts';
import { useSettings } from './settings/use-settings.ts';
import { SHOWN, SHOWN_PARTS } from './shown.tsx';

interface WorkProps {
  api: Api;
  /** The connector's own path. */
  base: string;
  /** Its name, `domain/instance`. */
  connector: string;
  onRemoving(isUnderWay: boolean): void;
  onRemoved(): void;
  isOperator: boolean;
}

export function Work({ api, base, connector, onRemoving, onRemoved, isOperator }: WorkProps) {
  const { texts, language } = useSpeech();
  const paused = usePaused();
  const route = useRoute();
  // Here, not in its part: what is entered survives a look at another part.
  const settings = useSettings(api, base);
  const { state } = settings;
  const rules = useRules(api, state.at === 'stored');
  const isNew = state.at === 'new';
  // One for all parts, and also while none of them listens: the next one has everything at once.
  const live = useLive(api, language, paused || state.at !== 'stored');
  const { fault, load } = rules;
  useEffect(() => {
    if (live.isUp && fault) load();
  }, [live.isUp]);
  // Once it is created its set-up stays open, with what comes next.
  useEffect(() => {
    if (isNew && routeOf(location.hash).part !== 'setup') location.replace(addressOf('setup'));
  }, [isNew]);

  if (state.at === 'loading') {
    return (
      <main>
        <Loading />
      </main>
    );
  }
  if (state.at === 'failed') {
    return (
      <main>
        <Fault of={state.fault} />
        <Button onClick={settings.load}>{texts.common.retry}</Button>
      </main>
    );
  }
  const open = isNew ? 'setup' : route.part in SHOWN ? route.part : 'overview';
  const polling = state.at === 'stored' && state.stored.settings.source === 'poll';
  const unsaved: Part[] = [
    ...(settings.changed.length > 0 ? (['setup'] as const) : []),
    ...(rules.changed.length > 0 ? (['rules'] as const) : []),
  ];
  return (
    <>
      {!isNew && <Navigation open={open} unsaved={unsaved} />}
      <main>
        {SHOWN[open]?.({
          api,
          live,
          settings,
          rules,
          isOperator,
          connector,
          onRemoving,
          onRemoved,
          polling,
          of: route.of,
        })}
      </main>
    </>
  );
}

function Navigation({ open, unsaved }: { open: Part; unsaved: readonly Part[] }) {
  const { texts } = useSpeech();
  return (
    <nav class="nav">
      <ul>
        {SHOWN_PARTS.map((part) => (
          <li key={part}>
            <a href={addressOf(part)} aria-current={part === open ? 'page' : undefined}>
              {texts.nav[part]}
              {unsaved.includes(part) && (
                <span class="unsaved" title={texts.unsavedMark}>
                  <span class="unseen">({texts.unsavedMark})</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
