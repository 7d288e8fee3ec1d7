// The settings that most connectors leave as they are, each with what it does.
import { useSpeech } from '../language.tsx';
import { AreaField, SwitchField } from '../parts/field.tsx';
import type { DraftKey } from './draft.ts';
import { TextSetting } from './text-setting.tsx';
import { errorsAt, type Settings } from './use-settings.ts';

export function AdvancedFields({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { draft, edit, errors } = settings;
  const words = texts.advanced;
  const wrong = (key: DraftKey) => errorsAt(errors, key).map(({ message }) => message);
  return (
    <fieldset class="card">
      <legend>{words.legend}</legend>
      <div class="columns">
        <TextSetting settings={settings} of="pbxContact" hint={words.pbxContactHint} />
        <AreaField
          label={words.teamsPlans}
          hint={words.teamsPlansHint}
          value={draft.teamsPlans}
          errors={wrong('teamsPlans')}
          onInput={(teamsPlans) => edit({ teamsPlans })}
        />
      </div>
      <SwitchField
        label={words.requireLicence}
        hint={words.requireLicenceHint}
        checked={draft.requireLicence}
        errors={wrong('requireLicence')}
        onChange={(requireLicence) => edit({ requireLicence })}
      />
      <SwitchField
        label={words.timeline}
        hint={words.timelineHint}
        checked={draft.timeline}
        errors={wrong('timeline')}
        onChange={(timeline) => edit({ timeline })}
      />
    </fieldset>
  );
}
