// How the connector works: where Teams presence comes from, which way it flows, who is matched how.
import { useSpeech } from '../language.tsx';
import { SelectField } from '../parts/field.tsx';
import { MatchingOrder } from './matching-order.tsx';
import { namesIn } from './names.ts';
import { SourceChoice } from './source-choice.tsx';
import { TextSetting } from './text-setting.tsx';
import { errorsAt, type Settings } from './use-settings.ts';

const DIRECTIONS = ['both', 'teams-to-pbx', 'pbx-to-teams'] as const;

export function HowFields({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { draft, edit, errors } = settings;
  const words = texts.settings;
  return (
    <fieldset class="card">
      <legend>{words.how}</legend>
      <SourceChoice settings={settings} />
      {draft.source === 'poll' && (
        <div class="narrow">
          <TextSetting
            settings={settings}
            of="pollSeconds"
            hint={words.pollSecondsHint}
            type="number"
          />
        </div>
      )}
      <div class="narrow">
        <SelectField
          label={namesIn(texts).directions}
          value={draft.directions}
          options={DIRECTIONS}
          words={words.direction}
          errors={errorsAt(errors, 'directions').map(({ message }) => message)}
          onChange={(directions) => edit({ directions })}
        />
      </div>
      <MatchingOrder
        steps={draft.matching}
        errors={errorsAt(errors, 'matching').map(({ message }) => message)}
        onChange={(matching) => edit({ matching })}
      />
    </fieldset>
  );
}
