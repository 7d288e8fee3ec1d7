// The two app registrations in Entra, and their fields.
import { useSpeech } from '../language.tsx';
import { ProofFields } from '../settings/proof-fields.tsx';
import { TextSetting } from '../settings/text-setting.tsx';
import { HowTo } from './how-to.tsx';
import { PORTALS, READING, writing } from './permissions.ts';
import { SettingsStep } from './settings-step.tsx';
import type { StepProps } from './step-body.tsx';

/** The app that the Teams accounts sign in to. */
export function ReadingStep({ setup, step, open }: StepProps) {
  const { texts } = useSpeech();
  const { settings } = setup;
  const { entra, steps } = texts.setup;
  return (
    <SettingsStep
      setup={setup}
      step={step}
      open={open}
      how={
        <HowTo
          heading={entra.heading}
          at={PORTALS[settings.draft.cloud]}
          instructions={[
            { text: entra.register, copy: [steps.reading.appName] },
            { text: entra.publicClient },
            { text: entra.delegated, copy: READING },
            { text: entra.consent },
            { text: entra.ids('ClientIDSynctoPbx', 'TenantSynctoPbx') },
          ]}
        />
      }
    >
      <TextSetting
        settings={settings}
        of="clientIdSyncToPbx"
        hint={texts.settings.clientIdSyncToPbx}
      />
      <TextSetting settings={settings} of="tenantSyncToPbx" hint={texts.settings.tenant} />
    </SettingsStep>
  );
}

/** The app that acts by itself. */
export function WritingStep({ setup, step, open }: StepProps) {
  const { texts } = useSpeech();
  const { settings } = setup;
  const { source, cloud } = settings.draft;
  const { entra, steps } = texts.setup;
  return (
    <SettingsStep
      setup={setup}
      step={step}
      open={open}
      how={
        <HowTo
          heading={entra.heading}
          at={PORTALS[cloud]}
          instructions={[
            { text: entra.register, copy: [steps.writing.appName] },
            { text: entra.application, copy: writing(source) },
            { text: entra.consent },
            { text: entra.secret },
            { text: entra.ids('ClientIDSynctoTeams', 'TenantSynctoTeams') },
          ]}
        />
      }
    >
      <TextSetting
        settings={settings}
        of="clientIdSyncToTeams"
        hint={texts.settings.clientIdSyncToTeams}
      />
      <TextSetting settings={settings} of="tenantSyncToTeams" hint={texts.settings.tenant} />
      <ProofFields settings={settings} />
    </SettingsStep>
  );
}
