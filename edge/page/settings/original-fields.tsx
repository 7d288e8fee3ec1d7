// The fields that the original has, under the names it gives them.
import { useSpeech } from '../language.tsx';
import { ProofFields } from './proof-fields.tsx';
import { TextSetting } from './text-setting.tsx';
import type { Settings } from './use-settings.ts';

export function OriginalFields({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const words = texts.settings;
  const subscribing = settings.draft.source === 'subscribe';
  return (
    <>
      <fieldset class="card">
        <legend>{words.groups.pbx}</legend>
        <TextSetting settings={settings} of="masterPbx" hint={words.masterPbx} />
      </fieldset>
      {subscribing && (
        <fieldset class="card">
          <legend>{words.groups.toPbx}</legend>
          <p class="muted">{words.groups.toPbxLead}</p>
          <div class="columns">
            <TextSetting
              settings={settings}
              of="clientIdSyncToPbx"
              hint={words.clientIdSyncToPbx}
            />
            <TextSetting settings={settings} of="tenantSyncToPbx" hint={words.tenant} />
          </div>
          <TextSetting
            settings={settings}
            of="notificationUrl"
            hint={words.notificationUrl}
            type="url"
          />
        </fieldset>
      )}
      <fieldset class="card">
        <legend>{words.groups.toTeams}</legend>
        <p class="muted">{words.groups.toTeamsLead}</p>
        <div class="columns">
          <TextSetting
            settings={settings}
            of="clientIdSyncToTeams"
            hint={words.clientIdSyncToTeams}
          />
          <TextSetting settings={settings} of="tenantSyncToTeams" hint={words.tenant} />
        </div>
        <ProofFields settings={settings} />
      </fieldset>
    </>
  );
}
