// Where Teams presence comes from, and in which of Microsoft's clouds. A cloud that sends no
// notifications leaves no choice.
import { useId } from 'preact/hooks';
import type { SettingsView } from '../../../shared/settings/schema.ts';
import { useSpeech } from '../language.tsx';
import { FieldErrors, SelectField } from '../parts/field.tsx';
import { namesIn } from './names.ts';
import { errorsAt, type Settings } from './use-settings.ts';

const SOURCES = ['subscribe', 'poll'] as const;
const CLOUDS = ['global', 'usgov', 'usgov-dod'] as const;

/** Facts: graph §0.3, presence notifications are those of the global cloud only. */
const notifies = (cloud: SettingsView['cloud']): boolean => cloud === 'global';

export function SourceChoice({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { draft, edit, errors } = settings;
  const words = texts.settings;
  const id = useId();
  const wrong = errorsAt(errors, 'source').map(({ message }) => message);
  return (
    <>
      <fieldset class="group" aria-describedby={wrong.length > 0 ? `${id}-errors` : undefined}>
        <legend>{words.source}</legend>
        <div class="columns">
          {SOURCES.map((source) => {
            const { name, hint } = words.sources[source];
            return (
              <label key={source} class="choice">
                <input
                  type="radio"
                  name={id}
                  value={source}
                  checked={draft.source === source}
                  disabled={source === 'subscribe' && !notifies(draft.cloud)}
                  aria-invalid={wrong.length > 0}
                  onChange={() => edit({ source })}
                />
                <span>
                  <strong>{name}</strong>
                  <span class="hint">{hint}</span>
                </span>
              </label>
            );
          })}
        </div>
        <FieldErrors id={`${id}-errors`} errors={wrong} />
      </fieldset>
      <div class="narrow">
        <SelectField
          label={namesIn(texts).cloud}
          hint={notifies(draft.cloud) ? words.cloudHint : words.cloudPolls}
          value={draft.cloud}
          options={CLOUDS}
          words={words.clouds}
          errors={errorsAt(errors, 'cloud').map(({ message }) => message)}
          onChange={(cloud) => edit({ cloud, ...(notifies(cloud) ? {} : { source: 'poll' }) })}
        />
      </div>
    </>
  );
}
