// How the connector works: where Teams presence comes from, and in which cloud.
import { useId } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { Field, FieldErrors, TextField } from '../parts/field.tsx';
import type { DraftKey } from './draft.ts';
import { namesIn } from './names.ts';
import type { Settings } from './use-settings.ts';

interface FieldsProps {
  settings: Settings;
  errorsAt(key: DraftKey): string[];
}

const SOURCES = ['subscribe', 'poll'] as const;
const CLOUDS = ['global', 'usgov', 'usgov-dod'] as const;

export function HowFields({ settings, errorsAt }: FieldsProps) {
  const { texts } = useSpeech();
  const names = namesIn(texts);
  const { draft, edit } = settings;
  const words = texts.settings;
  return (
    <fieldset class="card">
      <legend>{words.how}</legend>
      <SourceChoice settings={settings} errors={errorsAt('source')} />
      {draft.source === 'poll' && (
        <div class="narrow">
          <TextField
            label={names.pollSeconds}
            hint={words.pollSecondsHint}
            type="number"
            value={draft.pollSeconds}
            errors={errorsAt('pollSeconds')}
            onInput={(pollSeconds) => edit({ pollSeconds })}
          />
        </div>
      )}
      <div class="columns">
        <Select
          label={names.cloud}
          value={draft.cloud}
          options={CLOUDS}
          words={words.clouds}
          errors={errorsAt('cloud')}
          onChange={(cloud) => edit({ cloud })}
        />
      </div>
    </fieldset>
  );
}

function SourceChoice({ settings, errors }: { settings: Settings; errors: readonly string[] }) {
  const { texts } = useSpeech();
  const { draft, edit } = settings;
  const id = useId();
  return (
    <fieldset class="group" aria-describedby={errors.length > 0 ? `${id}-errors` : undefined}>
      <legend>{texts.settings.source}</legend>
      <div class="columns">
        {SOURCES.map((source) => {
          const { name, hint } = texts.settings.sources[source];
          return (
            <label key={source} class="choice">
              <input
                type="radio"
                name={id}
                value={source}
                checked={draft.source === source}
                aria-invalid={errors.length > 0}
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
      <FieldErrors id={`${id}-errors`} errors={errors} />
    </fieldset>
  );
}

interface SelectProps<T extends string> {
  label: string;
  value: T;
  options: readonly T[];
  words: Record<T, string>;
  errors: readonly string[];
  onChange(value: T): void;
}

function Select<T extends string>({
  label,
  value,
  options,
  words,
  errors,
  onChange,
}: SelectProps<T>) {
  return (
    <Field label={label} errors={errors}>
      {(wiring) => (
        <select
          {...wiring}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option} value={option}>
              {words[option]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
