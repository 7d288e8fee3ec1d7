// The top of the page: which connector, which language, who is signed in.
import { LANGUAGES, type Language } from '../../shared/texts/language.ts';
import { isToken } from '../connector/rpc.ts';
import type { OperatorSessionAnswer } from '../http/admin-api/answers.ts';
import { useDoing } from './doing.ts';
import { type Speech, useSpeech } from './language.tsx';
import { Button } from './parts/button.tsx';

const NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

interface HeaderProps {
  /** `undefined`: all of them. */
  connector: string | undefined;
  session: OperatorSessionAnswer | undefined;
  onSignOut(): Promise<void>;
}

export function Header({ connector, session, onSignOut }: HeaderProps) {
  const speech = useSpeech();
  const { texts } = speech;
  const signingOut = useDoing();
  // Cloudflare Access signs in by itself; there is no session of ours to end.
  const canSignOut = session?.csrfToken !== undefined;
  return (
    <header class="top">
      <div class="top-name">
        <h1>{texts.title}</h1>
        <p class="connector">{connector ?? texts.operator.heading}</p>
      </div>
      <div class="top-tools">
        {connector !== undefined && session && !isToken(session.who) && (
          <a class="who" href="/admin">
            {texts.operator.link}
          </a>
        )}
        {session && <span class="who">{texts.session.by(nameOf(session, speech))}</span>}
        <LanguageSwitch />
        {canSignOut && (
          <Button
            kind="quiet"
            busy={signingOut.busy}
            onClick={() => void signingOut.run(onSignOut)}
          >
            {texts.session.signOut}
          </Button>
        )}
      </div>
    </header>
  );
}

function LanguageSwitch() {
  const { texts, language, speak } = useSpeech();
  return (
    <fieldset class="switch">
      <legend class="unseen">{texts.language}</legend>
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === language}
          onClick={() => speak(one)}
        >
          {NAMES[one]}
        </button>
      ))}
    </fieldset>
  );
}

function nameOf({ who }: OperatorSessionAnswer, { texts }: Speech): string {
  if (who === 'operator') return texts.session.operator;
  if (isToken(who)) return texts.session.token;
  return who.replace(/^access:/, '');
}
