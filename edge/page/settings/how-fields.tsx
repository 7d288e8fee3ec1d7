// How the connector learns of presence in Teams: from where, in which cloud, how often.
import { useSpeech } from '../language.tsx';
import { SourceChoice } from './source-choice.tsx';
import { TextSetting } from './text-setting.tsx';
import type { Settings } from './use-settings.ts';

export function HowFields({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const words = texts.settings;
  return (
    <fieldset class="card">
      <legend>{words.how}</legend>
      <SourceChoice settings={settings} />
      {settings.draft.source === 'poll' && (
        <div class="narrow">
          <TextSetting
            settings={settings}
            of="pollSeconds"
            hint={words.pollSecondsHint}
            type="number"
          />
        </div>
      )}
    </fieldset>
  );
}
