// A setting that is one text, in a field under its name.
import { useSpeech } from '../language.tsx';
import { TextField } from '../parts/field.tsx';
import type { TextKey } from './draft.ts';
import { namesIn } from './names.ts';
import { errorsAt, type Settings } from './use-settings.ts';

interface TextSettingProps {
  settings: Settings;
  of: TextKey;
  hint: string;
  type?: 'text' | 'url' | 'number';
  placeholder?: string;
}

export function TextSetting({ settings, of, hint, type = 'text', placeholder }: TextSettingProps) {
  const { texts } = useSpeech();
  return (
    <TextField
      label={namesIn(texts)[of]}
      hint={hint}
      type={type}
      value={settings.draft[of]}
      errors={errorsAt(settings.errors, of).map(({ message }) => message)}
      {...(placeholder === undefined ? {} : { placeholder })}
      onInput={(value) => settings.edit({ [of]: value })}
    />
  );
}
