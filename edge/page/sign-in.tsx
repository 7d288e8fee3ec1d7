// The form with the token. The token goes to the edge once and is not kept: a cookie takes its place.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { OperatorSessionAnswer } from '../http/admin-api/answers.ts';
import type { Api } from './api.ts';
import type { Refusal } from './ask.ts';
import { useDoing } from './doing.ts';
import { type Speech, useSpeech } from './language.tsx';
import { Button } from './parts/button.tsx';
import { Field } from './parts/field.tsx';
import { Notice } from './parts/notice.tsx';
import { problemText } from './problem-text.ts';
import { titleOf } from './title.ts';

interface SignInProps {
  api: Api;
  /** `undefined`: to all of them, as the operator. */
  connector: string | undefined;
  why: 'never' | 'ended' | 'other';
  onSignedIn(session: OperatorSessionAnswer): void;
}

export function SignIn({ api, connector, why, onSignedIn }: SignInProps) {
  const speech = useSpeech();
  const { texts } = speech;
  const isOperator = connector === undefined;
  const words = isOperator ? { ...texts.signIn, ...texts.operator.signIn } : texts.signIn;
  const [token, setToken] = useState('');
  const [empty, setEmpty] = useState(false);
  const signingIn = useDoing();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    document.title = titleOf(texts.signIn.heading, texts.title, location.pathname);
  }, [texts]);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const given = token.trim();
    setEmpty(given === '');
    if (given === '') return;
    const done = await signingIn.run(async () => onSignedIn(await api.openSession(given)));
    // Who has gone on typing meanwhile is not to write over it.
    if (!done && input.current?.value === token) input.current.select();
  }

  const { fault } = signingIn;
  return (
    <main class="sign-in">
      <form class="card" onSubmit={(event) => void submit(event)} noValidate>
        <h2>{texts.signIn.heading}</h2>
        <p class="muted">
          {words.lead} {connector !== undefined && <strong>{connector}</strong>}
        </p>
        {why !== 'never' && (
          <Notice tone="warning">{why === 'ended' ? words.ended : words.other}</Notice>
        )}
        {/* Under this name a password manager keeps the token. */}
        <input
          type="text"
          autocomplete="username"
          value={connector ?? 'operator'}
          hidden
          readOnly
        />
        <Field label={texts.signIn.token} hint={words.hint}>
          {(wiring) => (
            <input
              {...wiring}
              ref={input}
              type="password"
              name="token"
              autocomplete="current-password"
              aria-invalid={empty || fault !== undefined}
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          )}
        </Field>
        {empty && <Notice tone="error">{texts.signIn.empty}</Notice>}
        {fault && !empty && <Notice tone="error">{whyNot(speech, fault, isOperator)}</Notice>}
        <div class="actions">
          <Button kind="main" type="submit" busy={signingIn.busy}>
            {texts.signIn.submit}
          </Button>
        </div>
      </form>
    </main>
  );
}

function whyNot(speech: Speech, fault: Refusal, isOperator: boolean): string {
  const { problems, operator } = speech.texts;
  if (fault.code === 'unauthorized') return problems.wrongToken;
  if (fault.code === 'forbidden') {
    return isOperator ? operator.signIn.wrongToken : problems.otherConnector;
  }
  if (fault.code === 'invalid') return problems.wrongToken;
  return problemText(speech, fault).text;
}
