// The fields that the original has, under the names it gives them.
import { useSpeech } from '../language.tsx';
import { TextField } from '../parts/field.tsx';
import type { Draft, DraftKey } from './draft.ts';
import { namesIn } from './names.ts';
import type { Settings } from './use-settings.ts';

interface FieldsProps {
  settings: Settings;
  errorsAt(key: DraftKey): string[];
}

/** The keys of the draft that hold a text. */
type TextKey = { [Key in DraftKey]: Draft[Key] extends string ? Key : never }[DraftKey];

export function OriginalFields({ settings, errorsAt }: FieldsProps) {
  const { texts } = useSpeech();
  const names = namesIn(texts);
  const { draft, edit, state } = settings;
  const stored = state.at === 'stored' ? state.stored.settings : undefined;
  const words = texts.settings;
  const ifSubscribing = (hint: string) => (draft.source === 'poll' ? words.notForPolling : hint);

  const text = (key: TextKey, hint: string, type: 'text' | 'url' = 'text') => (
    <TextField
      label={names[key]}
      hint={hint}
      type={type}
      value={draft[key]}
      errors={errorsAt(key)}
      onInput={(value) => edit({ [key]: value })}
    />
  );

  return (
    <>
      <fieldset class="card">
        <legend>{words.groups.pbx}</legend>
        {text('masterPbx', words.masterPbx)}
      </fieldset>
      <fieldset class="card">
        <legend>{words.groups.toPbx}</legend>
        <p class="muted">{words.groups.toPbxLead}</p>
        <div class="columns">
          {text('clientIdSyncToPbx', ifSubscribing(words.clientIdSyncToPbx))}
          {text('tenantSyncToPbx', ifSubscribing(words.tenant))}
        </div>
        {text('notificationUrl', ifSubscribing(words.notificationUrl), 'url')}
      </fieldset>
      <fieldset class="card">
        <legend>{words.groups.toTeams}</legend>
        <p class="muted">{words.groups.toTeamsLead}</p>
        <div class="columns">
          {text('clientIdSyncToTeams', words.clientIdSyncToTeams)}
          {text('tenantSyncToTeams', words.tenant)}
        </div>
        <TextField
          label={names.clientSecretSyncToTeams}
          type="password"
          autocomplete="new-password"
          hint={
            stored?.clientSecretSyncToTeams.set
              ? words.clientSecretKept
              : stored?.certificateSyncToTeams.set
                ? words.certificateKept
                : words.clientSecretNew
          }
          {...(stored?.clientSecretSyncToTeams.set ? { placeholder: '••••••••••••' } : {})}
          value={draft.clientSecretSyncToTeams}
          errors={errorsAt('clientSecretSyncToTeams')}
          onInput={(value) => edit({ clientSecretSyncToTeams: value })}
        />
      </fieldset>
    </>
  );
}
