// What became of the last saving: refused, overtaken by somebody else, not done, or stored.
import type { FieldError } from '../../../shared/errors.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import type { DraftKey } from './draft.ts';
import { namesIn } from './names.ts';
import type { Settings } from './use-settings.ts';

interface OutcomeProps {
  settings: Settings;
  /** The fields that stand here; what is wrong with others is told here as well. */
  here: readonly DraftKey[];
  /** What was stored is not told. */
  quiet?: boolean;
}

export function Outcome({ settings, here, quiet = false }: OutcomeProps) {
  const { texts } = useSpeech();
  const names = namesIn(texts);
  const { errors, theirs, saving, done } = settings;
  const elsewhere = errors.filter(({ path }) => !here.includes(keyIn(path)));
  const namesOf = (keys: readonly DraftKey[]) => keys.map((key) => names[key]).join(', ');
  return (
    <>
      {errors.length > 0 && (
        <Notice tone="error">
          <p>{texts.settings.invalid(errors.length)}</p>
          {elsewhere.length > 0 && <Elsewhere errors={elsewhere} />}
        </Notice>
      )}
      {theirs && (
        <Notice tone="warning">
          <p>{texts.settings.stale}</p>
          {theirs.changed.length > 0 && <p>{texts.settings.staleKeys(namesOf(theirs.changed))}</p>}
          <div class="actions">
            <Button onClick={() => settings.settle('mine')}>{texts.settings.keepMine}</Button>
            <Button onClick={() => settings.settle('theirs')}>{texts.settings.takeTheirs}</Button>
          </div>
        </Notice>
      )}
      <Fault of={saving.fault} />
      {!quiet && done === 'saved' && <Notice tone="ok">{texts.settings.saved}</Notice>}
      {!quiet && done === 'created' && <Notice tone="ok">{texts.settings.created}</Notice>}
    </>
  );
}

function Elsewhere({ errors }: { errors: readonly FieldError[] }) {
  const { texts, said } = useSpeech();
  const names: Record<string, string> = namesIn(texts);
  return (
    <>
      <p>{texts.settings.otherErrors}</p>
      <ul>
        {errors.map(({ path, message }) => (
          <li key={path}>
            {names[path] ?? <code>{path}</code>}:{' '}
            <span lang={said(message).lang}>{said(message).text}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const keyIn = (path: string): DraftKey => path.split('.')[0] as DraftKey;
