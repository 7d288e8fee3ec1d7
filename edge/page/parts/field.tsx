// One field of a form with its label, its hint and what is wrong with it.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useSpeech } from '../language.tsx';

interface FieldProps {
  label: string;
  hint?: string | undefined;
  /** Sentences of the server. */
  errors?: readonly string[];
  children: (wiring: Wiring) => ComponentChildren;
}

/** What ties a control to its words. */
export interface Wiring {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean;
}

export function Field({ label, hint, errors = [], children }: FieldProps) {
  const id = useId();
  const wrong = errors.length > 0;
  const described = [hint ? `${id}-hint` : '', wrong ? `${id}-errors` : ''].filter(Boolean);
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
        'aria-invalid': wrong,
      })}
      <FieldErrors id={`${id}-errors`} errors={errors} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

export function FieldErrors({ id, errors }: { id?: string; errors: readonly string[] }) {
  const { said } = useSpeech();
  if (errors.length === 0) return null;
  return (
    <ul class="field-errors" id={id}>
      {errors.map((error) => {
        const { text, lang } = said(error);
        return (
          <li key={error} lang={lang}>
            {text}
          </li>
        );
      })}
    </ul>
  );
}

interface TextFieldProps extends Omit<FieldProps, 'children'> {
  value: string;
  onInput(value: string): void;
  type?: 'text' | 'password' | 'url' | 'email' | 'number' | 'search';
  autocomplete?: string;
  placeholder?: string;
}

export function TextField({
  label,
  hint,
  errors = [],
  value,
  onInput,
  type = 'text',
  autocomplete = 'off',
  placeholder,
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} errors={errors}>
      {(wiring) => (
        <input
          {...wiring}
          // Preact's types want to know the one type; all of these are text to us.
          type={type as 'text'}
          value={value}
          placeholder={placeholder}
          autocomplete={autocomplete}
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A field for several lines. */
export function AreaField({
  label,
  hint,
  errors = [],
  value,
  onInput,
  placeholder,
}: Omit<TextFieldProps, 'type' | 'autocomplete'>) {
  return (
    <Field label={label} hint={hint} errors={errors}>
      {(wiring) => (
        <textarea
          {...wiring}
          rows={4}
          value={value}
          placeholder={placeholder}
          autocapitalize="off"
          spellcheck={false}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SwitchFieldProps extends Omit<FieldProps, 'children'> {
  checked: boolean;
  onChange(checked: boolean): void;
}

/** Something that is so or not so. */
export function SwitchField({ label, hint, errors = [], checked, onChange }: SwitchFieldProps) {
  const id = useId();
  const wrong = errors.length > 0;
  const described = [hint ? `${id}-hint` : '', wrong ? `${id}-errors` : ''].filter(Boolean);
  return (
    <div class="field">
      <label class="choice">
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={described.length > 0 ? described.join(' ') : undefined}
          aria-invalid={wrong}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      <FieldErrors id={`${id}-errors`} errors={errors} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface SelectFieldProps<T extends string> extends Omit<FieldProps, 'children'> {
  value: T;
  options: readonly T[];
  words: Record<T, string>;
  onChange(value: T): void;
}

/** One of a few. */
export function SelectField<T extends string>({
  label,
  hint,
  errors = [],
  value,
  options,
  words,
  onChange,
}: SelectFieldProps<T>) {
  return (
    <Field label={label} hint={hint} errors={errors}>
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
