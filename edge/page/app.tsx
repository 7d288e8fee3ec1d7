// Who is there: nobody known yet, somebody to sign in, or an admin at work – at one connector, or, where
// the page has no connector, the operator at all of them.
//
//   starting ──▶ signed in ◀──▶ ended (the work stays where it is, hidden, until signed in again)
//      │  ▲          │
//      │  └ failed   ▼
//      └───────▶ signed out
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { isToken } from '../connector/rpc.ts';
import type { OperatorSessionAnswer } from '../http/admin-api/answers.ts';
import { type Api, createApi } from './api.ts';
import { createAsk, type Refusal, refusalOf } from './ask.ts';
import { Header } from './header.tsx';
import { spokenLanguage, useSpeech } from './language.tsx';
import { ConnectorsPart } from './operator/connectors-part.tsx';
import { Button } from './parts/button.tsx';
import { Fault } from './parts/notice.tsx';
import { Loading } from './parts/section.tsx';
import { SignIn } from './sign-in.tsx';
import { connectorAt } from './title.ts';
import { Work } from './work.tsx';

type State =
  | { at: 'starting' }
  | { at: 'failed'; fault: Refusal }
  | { at: 'signedOut'; why: 'never' | 'other' }
  | { at: 'removed'; isOperator: boolean }
  | { at: 'signedIn'; session: OperatorSessionAnswer; ended: 'ended' | 'other' | undefined };

export function App({ base }: { base: string }) {
  const { texts } = useSpeech();
  const [state, setState] = useState<State>({ at: 'starting' });
  const api = useApi(base, (why) =>
    setState((now) => {
      // What was still under way comes back refused: that is no news.
      if (now.at === 'removed') return now;
      if (now.at === 'signedIn') return { ...now, ended: why };
      return { at: 'signedOut', why: why === 'other' ? 'other' : 'never' };
    }),
  );

  const start = useCallback(async () => {
    setState({ at: 'starting' });
    try {
      setState({ at: 'signedIn', session: await api.readSession(), ended: undefined });
    } catch (error) {
      const fault = refusalOf(error);
      const signedOut = fault.code === 'unauthorized' || fault.code === 'forbidden';
      if (!signedOut) setState({ at: 'failed', fault });
    }
  }, [api]);
  useEffect(() => void start(), [start]);

  const connector = connectorAt(base);
  const signedIn = (session: OperatorSessionAnswer) =>
    setState({ at: 'signedIn', session, ended: undefined });
  const signOut = async () => {
    await api.closeSession();
    setState({ at: 'signedOut', why: 'never' });
  };
  const removed = (isOperator: boolean) => {
    // The work goes first, and with it whatever it listens to and asks for.
    setState({ at: 'removed', isOperator });
  };
  const asked =
    state.at === 'signedOut' ? state.why : state.at === 'signedIn' ? state.ended : undefined;

  return (
    <>
      <Header
        connector={connector}
        session={state.at === 'signedIn' && !state.ended ? state.session : undefined}
        onSignOut={signOut}
      />
      {state.at === 'starting' && (
        <main>
          <Loading />
        </main>
      )}
      {state.at === 'failed' && (
        <main>
          <h2>{connector ?? texts.operator.heading}</h2>
          <Fault of={state.fault} />
          <Button onClick={() => void start()}>{texts.common.retry}</Button>
        </main>
      )}
      {state.at === 'removed' && connector !== undefined && (
        <main>
          <h2>{texts.removal.gone(connector)}</h2>
          <div role="status">
            <p>{texts.removal.goneLead}</p>
            <p>{texts.removal.goneNext}</p>
          </div>
          {state.isOperator && <a href="/admin">{texts.operator.link}</a>}
        </main>
      )}
      {asked && <SignIn api={api} connector={connector} why={asked} onSignedIn={signedIn} />}
      {state.at === 'signedIn' && (
        <div hidden={state.ended !== undefined}>
          {connector === undefined ? (
            state.ended === undefined && (
              <main>
                <ConnectorsPart api={api} />
              </main>
            )
          ) : (
            <Work
              api={api}
              base={base}
              connector={connector}
              onRemoved={() => removed(!isToken(state.session.who))}
              isOperator={!isToken(state.session.who)}
              paused={state.ended !== undefined}
            />
          )}
        </div>
      )}
    </>
  );
}

function useApi(base: string, onSignedOut: (why: 'ended' | 'other') => void): Api {
  // Made once: `onSignedOut` only sets state, the first one will do.
  return useMemo(() => {
    const ask = createAsk({
      base,
      fetch: (input, init) => fetch(input, init),
      language: spokenLanguage,
      onSignedOut,
    });
    return createApi(ask);
  }, [base]);
}
