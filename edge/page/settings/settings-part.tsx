// The form with the settings of the connector; of one that does not exist yet, too.
import { useEffect, useRef } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { addressOf } from '../route.ts';
import type { DraftKey } from './draft.ts';
import { HowFields } from './how-fields.tsx';
import { namesIn } from './names.ts';
import { OriginalFields } from './original-fields.tsx';
import type { Settings } from './use-settings.ts';

export function SettingsPart({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { state, changed, errors, saving } = settings;
  const isNew = state.at === 'new';
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (errors.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [errors]);
  useUnloadWarning(changed.length > 0);

  const errorsAt = (key: DraftKey): string[] =>
    errors
      .filter(({ path }) => path === key || path.startsWith(`${key}.`))
      .map(({ message }) => message);

  return (
    <Section
      heading={isNew ? texts.settings.create : texts.settings.heading}
      {...(isNew ? { lead: texts.settings.createLead } : {})}
    >
      <form
        ref={form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          settings.save();
        }}
      >
        <OriginalFields settings={settings} errorsAt={errorsAt} />
        <HowFields settings={settings} errorsAt={errorsAt} />
        <div class={changed.length > 0 ? 'save save-open' : 'save'}>
          <Outcome settings={settings} />
          {!isNew && changed.length > 0 && <Unsaved changed={changed} />}
          <div class="actions">
            <Button
              kind="main"
              type="submit"
              busy={saving.busy}
              disabled={!isNew && changed.length === 0}
            >
              {saving.busy
                ? texts.settings.saving
                : isNew
                  ? texts.settings.createButton
                  : texts.settings.save}
            </Button>
            {!isNew && changed.length > 0 && (
              <Button onClick={settings.discard}>{texts.settings.discard}</Button>
            )}
          </div>
        </div>
      </form>
    </Section>
  );
}

function Unsaved({ changed }: { changed: readonly DraftKey[] }) {
  const { texts } = useSpeech();
  const names = namesIn(texts);
  return <p class="muted">{texts.settings.changed(changed.map((key) => names[key]).join(', '))}</p>;
}

/** What became of the last saving. */
function Outcome({ settings }: { settings: Settings }) {
  const { texts, said } = useSpeech();
  const names = namesIn(texts);
  const { errors, theirs, saving, done, state } = settings;
  const elsewhere = errors.filter(({ path }) => !((path.split('.')[0] as string) in names));
  const polling = state.at === 'stored' && state.stored.settings.source === 'poll';
  return (
    <>
      {errors.length > 0 && (
        <Notice tone="error">
          <p>{texts.settings.invalid(errors.length)}</p>
          {elsewhere.length > 0 && (
            <>
              <p>{texts.settings.otherErrors}</p>
              <ul>
                {elsewhere.map(({ path, message }) => (
                  <li key={path}>
                    <code>{path}</code> <span lang={said(message).lang}>{said(message).text}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Notice>
      )}
      {theirs && (
        <Notice tone="warning">
          <p>{texts.settings.stale}</p>
          {theirs.changed.length > 0 && (
            <p>{texts.settings.staleKeys(theirs.changed.map((key) => names[key]).join(', '))}</p>
          )}
          <div class="actions">
            <Button onClick={() => settings.settle('mine')}>{texts.settings.keepMine}</Button>
            <Button onClick={() => settings.settle('theirs')}>{texts.settings.takeTheirs}</Button>
          </div>
        </Notice>
      )}
      <Fault of={saving.fault} />
      {done === 'saved' && <Notice tone="ok">{texts.settings.saved}</Notice>}
      {done === 'created' && (
        <Notice tone="ok">
          <p>{texts.settings.created}</p>
          <ul>
            {!polling && (
              <li>
                <a href={addressOf('accounts')}>{texts.settings.nextAccount}</a>
              </li>
            )}
            <li>
              <a href={addressOf('agents')}>{texts.settings.nextAgent}</a>
            </li>
          </ul>
        </Notice>
      )}
    </>
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
