// The steps before and between the app registrations: the source of presence, the PBX, and where
// Microsoft sends its notifications.
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { guessedUrl, pathOfNotifications } from '../settings/notification-url.ts';
import { SourceChoice } from '../settings/source-choice.tsx';
import { TextSetting } from '../settings/text-setting.tsx';
import { HowTo } from './how-to.tsx';
import { SettingsStep } from './settings-step.tsx';
import type { StepProps } from './step-body.tsx';

export function SourceStep({ setup, step, open }: StepProps) {
  return (
    <SettingsStep setup={setup} step={step} open={open} how={null}>
      <SourceChoice settings={setup.settings} />
    </SettingsStep>
  );
}

export function PbxStep({ setup, step, open }: StepProps) {
  const { texts } = useSpeech();
  const { onPbx } = texts.setup;
  return (
    <SettingsStep
      setup={setup}
      step={step}
      open={open}
      how={
        <HowTo
          heading={onPbx.heading}
          instructions={[
            { text: onPbx.app, copy: ['microsoft365'] },
            { text: onPbx.apis },
            { text: onPbx.visibility },
            { text: onPbx.name },
          ]}
        />
      }
    >
      <TextSetting settings={setup.settings} of="masterPbx" hint={texts.settings.masterPbx} />
    </SettingsStep>
  );
}

export function NotificationsStep({ setup, step, open }: StepProps) {
  const { texts } = useSpeech();
  const { settings } = setup;
  const words = texts.setup.notifications;
  const guessed = guessedUrl(location, settings.base);
  const entered = settings.draft.notificationUrl.trim();
  return (
    <SettingsStep
      setup={setup}
      step={step}
      open={open}
      how={
        <div class="how">
          <h4>{words.heading}</h4>
          {guessed === '' ? (
            <>
              <p>{words.noHttps}</p>
              <Copyable text={pathOfNotifications(settings.base)} name={words.path} kind="plain" />
            </>
          ) : (
            <>
              <p>{words.guessed}</p>
              <Copyable text={guessed} name="Notification URL" kind="plain" />
              {entered !== guessed && (
                <div class="actions">
                  <Button onClick={() => settings.edit({ notificationUrl: guessed })}>
                    {words.take}
                  </Button>
                </div>
              )}
            </>
          )}
        </div>
      }
    >
      <TextSetting
        settings={settings}
        of="notificationUrl"
        hint={texts.settings.notificationUrl}
        type="url"
        placeholder={`https://edge.example.net${pathOfNotifications(settings.base)}`}
      />
      {entered.startsWith('https://') && (
        <p>
          <a href={entered} target="_blank" rel="noreferrer">
            {words.open}
          </a>{' '}
          {words.openHint}
        </p>
      )}
    </SettingsStep>
  );
}
