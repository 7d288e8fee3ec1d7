// What an admin sees once signed in: the navigation and the part that is open. A connector that does not
// exist yet has one part only: its settings, which create it.

import { useEffect } from 'preact/hooks';
import { AccountsPart } from './accounts/accounts-part.tsx';
import { AgentsPart } from './agents/agents-part.tsx';
import type { Api } from './api.ts';
import { useSpeech } from './language.tsx';
import { OverviewPart } from './overview/overview-part.tsx';
import { Button } from './parts/button.tsx';
import { Fault } from './parts/notice.tsx';
import { Loading } from './parts/section.tsx';
import { addressOf, PARTS, type Part, usePart } from './route.ts';
import { SettingsPart } from './settings/settings-part.tsx';
import { useSettings } from './settings/use-settings.ts';
import { UsersPart } from './users/users-part.tsx';

interface WorkProps {
  api: Api;
  /** The connector's own path. */
  base: string;
  /** Nobody is signed in just now: nothing is asked. */
  paused: boolean;
}

export function Work({ api, base, paused }: WorkProps) {
  const { texts } = useSpeech();
  const open = usePart();
  // Here, not in its part: what is entered survives a look at another part.
  const settings = useSettings(api, base);
  const { state } = settings;
  const isNew = state.at === 'new';
  // Once it is created its settings stay open, with what comes next.
  useEffect(() => {
    if (isNew) location.replace(addressOf('settings'));
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
  const part = isNew ? 'settings' : open;
  const source = state.at === 'stored' ? state.stored.settings.source : undefined;
  return (
    <>
      {!isNew && <Navigation open={part} unsaved={settings.changed.length > 0} />}
      <main>
        {part === 'settings' && <SettingsPart settings={settings} />}
        {!paused && part === 'overview' && <OverviewPart api={api} />}
        {!paused && part === 'accounts' && <AccountsPart api={api} polling={source === 'poll'} />}
        {!paused && part === 'agents' && <AgentsPart api={api} />}
        {!paused && part === 'users' && <UsersPart api={api} />}
      </main>
    </>
  );
}

function Navigation({ open, unsaved }: { open: Part; unsaved: boolean }) {
  const { texts } = useSpeech();
  return (
    <nav class="nav">
      <ul>
        {PARTS.map((part) => (
          <li key={part}>
            <a href={addressOf(part)} aria-current={part === open ? 'page' : undefined}>
              {texts.nav[part]}
              {part === 'settings' && unsaved && (
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
