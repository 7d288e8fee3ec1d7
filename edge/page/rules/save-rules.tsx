// What is not saved yet, what became of saving, and the buttons. A change of the matching is tried out
// before it can be saved.
import { useEffect } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import type { Rules } from './use-rules.ts';
import type { TryingOut } from './use-try-out.ts';

interface SaveRulesProps {
  rules: Rules;
  /** Where the matching is changed. */
  trying: TryingOut | undefined;
}

export function SaveRules({ rules, trying }: SaveRulesProps) {
  const { texts, said } = useSpeech();
  const words = texts.rules;
  const { changed, errors, theirs, saving, isSaved } = rules;
  const namesOf = (keys: readonly (typeof changed)[number][]) =>
    keys.map((key) => words.names[key]).join(', ');
  const isUnsaved = changed.length > 0;
  const mayBeSaved = !trying || trying.result !== undefined || trying.isTooEarly;
  useUnloadWarning(isUnsaved);
  return (
    <div class={isUnsaved ? 'save save-open' : 'save'}>
      {errors.length > 0 && (
        <Notice tone="error">
          <p>{words.invalid}</p>
          <ul>
            {errors.map(({ path, message }) => (
              <li key={path}>
                <code>{path}</code> <span lang={said(message).lang}>{said(message).text}</span>
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {theirs && <Notice tone="warning">{words.stale(namesOf(theirs))}</Notice>}
      <Fault of={saving.fault} />
      {isSaved && !isUnsaved && <Notice tone="ok">{words.saved}</Notice>}
      {isUnsaved && (
        <>
          <p class="muted">{words.changed(namesOf(changed))}</p>
          <div class="actions">
            {mayBeSaved ? (
              <Button kind="main" busy={saving.busy} onClick={rules.save}>
                {saving.busy ? words.saving : words.save}
              </Button>
            ) : (
              <Button kind="main" busy={trying.doing.busy} onClick={trying.run}>
                {words.tryOut.button}
              </Button>
            )}
            <Button disabled={saving.busy} onClick={rules.discard}>
              {words.discard}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

/** The browser asks before what is not saved gets lost. */
function useUnloadWarning(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isUnsaved]);
}
