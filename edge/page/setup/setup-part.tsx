// The set-up of the connector: guided, or all settings at once.
import { useEffect } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import type { Listening } from '../live/use-live.ts';
import { Section } from '../parts/section.tsx';
import { addressOf } from '../route.ts';
import { SettingsForm } from '../settings/settings-form.tsx';
import type { Settings } from '../settings/use-settings.ts';
import { Guide } from './guide.tsx';

interface SetupPartProps {
  api: Api;
  live: Listening;
  settings: Settings;
  /** A step, or `settings`: all of them at once. */
  of: string | undefined;
}

export function SetupPart({ api, live, settings, of }: SetupPartProps) {
  const { texts } = useSpeech();
  const words = texts.setup;
  useUnloadWarning(settings.changed.length > 0);
  if (of === 'settings') {
    return (
      <Section key="settings" heading={words.allSettings} lead={words.allSettingsLead}>
        <p>
          <a href={addressOf('setup')}>{words.backToGuide}</a>
        </p>
        <SettingsForm settings={settings} />
        {settings.state.at === 'stored' && (
          <p class="after">
            {words.rulesAre} <a href={addressOf('rules')}>{texts.nav.rules}</a>
          </p>
        )}
      </Section>
    );
  }
  const isNew = settings.state.at === 'new';
  return (
    <Section key="guide" heading={words.heading} lead={isNew ? words.leadNew : words.lead}>
      <Guide api={api} live={live} settings={settings} of={of} />
      <p class="after">
        <a href={addressOf('setup', 'settings')}>{words.allSettings}</a>: {words.allSettingsLead}
      </p>
    </Section>
  );
}

/** The browser asks before what is not saved gets lost. */
function useUnloadWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [unsaved]);
}
