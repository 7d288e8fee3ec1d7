// All settings in one form: for whoever knows what to change.
import { useEffect, useRef } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { AdvancedFields } from './advanced-fields.tsx';
import type { Draft, DraftKey } from './draft.ts';
import { HowFields } from './how-fields.tsx';
import { namesIn } from './names.ts';
import { OriginalFields } from './original-fields.tsx';
import { Outcome } from './outcome.tsx';
import type { Settings } from './use-settings.ts';

export function SettingsForm({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { state, changed, errors, saving, draft } = settings;
  const isNew = state.at === 'new';
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (errors.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [errors]);
  const words = texts.settings;
  return (
    <form
      ref={form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void settings.save();
      }}
    >
      <OriginalFields settings={settings} />
      <HowFields settings={settings} />
      <AdvancedFields settings={settings} />
      <div class={changed.length > 0 ? 'save save-open' : 'save'}>
        <Outcome settings={settings} here={shownOf(draft)} />
        {!isNew && changed.length > 0 && <Unsaved changed={changed} />}
        <div class="actions">
          <Button
            kind="main"
            type="submit"
            busy={saving.busy}
            disabled={!isNew && changed.length === 0}
          >
            {saving.busy ? words.saving : isNew ? words.createButton : words.save}
          </Button>
          {!isNew && changed.length > 0 && (
            <Button disabled={saving.busy} onClick={settings.discard}>
              {words.discard}
            </Button>
          )}
        </div>
      </div>
    </form>
  );
}

/** What polling does without is not asked for. */
const NOT_FOR_POLLING: ReadonlySet<DraftKey> = new Set([
  'clientIdSyncToPbx',
  'tenantSyncToPbx',
  'notificationUrl',
]);

const shownOf = (draft: Draft): DraftKey[] =>
  (Object.keys(draft) as DraftKey[]).filter(
    (key) => draft.source === 'subscribe' || !NOT_FOR_POLLING.has(key),
  );

function Unsaved({ changed }: { changed: readonly DraftKey[] }) {
  const { texts } = useSpeech();
  const names = namesIn(texts);
  return <p class="muted">{texts.settings.changed(changed.map((key) => names[key]).join(', '))}</p>;
}
