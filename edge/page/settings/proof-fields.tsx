// What the app that writes proves itself with: a client secret, or a certificate. Both go in and never
// come out again.
import { useId, useState } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { AreaField, TextField } from '../parts/field.tsx';
import { errorsAt, type Settings } from './use-settings.ts';

const PROOFS = ['secret', 'certificate'] as const;
type Proof = (typeof PROOFS)[number];

export function ProofFields({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { draft, edit, state } = settings;
  const stored = state.at === 'stored' ? state.stored.settings : undefined;
  const [proof, setProof] = useState<Proof>(
    stored?.certificateSyncToTeams.set || draft.certificateSyncToTeams.certificate !== ''
      ? 'certificate'
      : 'secret',
  );
  const id = useId();
  const words = texts.advanced.proofs;

  function choose(chosen: Proof) {
    setProof(chosen);
    // Only one of them is to be sent.
    if (chosen === 'certificate') edit({ clientSecretSyncToTeams: '' });
    else edit({ certificateSyncToTeams: { certificate: '', privateKey: '' } });
  }

  return (
    <>
      <fieldset class="group">
        <legend>{words.legend}</legend>
        <div class="in-line">
          {PROOFS.map((one) => (
            <label key={one} class="choice">
              <input
                type="radio"
                name={id}
                value={one}
                checked={proof === one}
                onChange={() => choose(one)}
              />
              <span>{words[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {proof === 'secret' ? (
        <Secret settings={settings} />
      ) : (
        <CertificateFields settings={settings} />
      )}
    </>
  );
}

function Secret({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { draft, edit, errors, state } = settings;
  const words = texts.settings;
  const set = state.at === 'stored' && state.stored.settings.clientSecretSyncToTeams.set;
  return (
    <TextField
      label="ClientSecretSynctoTeams"
      type="password"
      autocomplete="new-password"
      hint={set ? words.clientSecretKept : words.clientSecretNew}
      {...(set ? { placeholder: '••••••••••••' } : {})}
      value={draft.clientSecretSyncToTeams}
      errors={errorsAt(errors, 'clientSecretSyncToTeams').map(({ message }) => message)}
      onInput={(value) => edit({ clientSecretSyncToTeams: value })}
    />
  );
}

const PARTS = ['certificate', 'privateKey'] as const;

function CertificateFields({ settings }: { settings: Settings }) {
  const { texts } = useSpeech();
  const { draft, edit, errors, state } = settings;
  const words = texts.advanced;
  const set = state.at === 'stored' && state.stored.settings.certificateSyncToTeams.set;
  const wrong = errorsAt(errors, 'certificateSyncToTeams');
  return (
    <>
      <p class="hint">{set ? words.certificateKept : words.certificateHint}</p>
      <div class="columns">
        {PARTS.map((part) => (
          <AreaField
            key={part}
            label={words.certificateParts[part]}
            value={draft.certificateSyncToTeams[part]}
            placeholder={set ? '••••••••••••' : words.pem[part]}
            errors={wrong
              .filter(({ path }) => path.endsWith(`.${part}`) || path === 'certificateSyncToTeams')
              .map(({ message }) => message)}
            onInput={(value) =>
              edit({ certificateSyncToTeams: { ...draft.certificateSyncToTeams, [part]: value } })
            }
          />
        ))}
      </div>
    </>
  );
}
