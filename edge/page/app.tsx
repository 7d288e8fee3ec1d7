// Who is there: nobody known yet, somebody to sign in, or an admin at work – at one connector, or, where
// the page has no connector, the operator at all of them.
//
//   starting ──▶ signed in ◀──▶ ended (the work stays where it is, hidden, until signed in again)
//      │  ▲          │
//      │  └ failed   ▼
//      └───────▶ signed out
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { isToken } from '../connector/rpc.ts';
import type { OperatorSessionAnswer } from '../http/admin-api/answers.ts';
import { Removed } from './access/removed.tsx';
import { type Api, createApi } from './api.ts';
import { createAsk, type Refusal, refusalOf } from './ask.ts';
import { Header } from './header.tsx';
import { spokenLanguage, useSpeech } from './language.tsx';
import { ConnectorsPart } from './operator/connectors-part.tsx';
import { Button } from './parts/button.tsx';
import { Fault } from './parts/notice.tsx';
import { Loading } from './parts/section.tsx';
import { Paused } from './paused.ts';
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
  /** Tokens end before a removal does: what is refused meanwhile is no news before that has failed. */
  const removal = useRef<{ underWay: boolean; refused?: 'ended' | 'other' }>({ underWay: false });
  const signedOut = (why: 'ended' | 'other') => {
    if (removal.current.underWay) removal.current.refused = why;
    else setState((now) => withoutSession(now, why));
  };
  const api = useApi(base, signedOut);

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
  const onRemoving = (underWay: boolean) => {
    const { refused } = removal.current;
    removal.current = { underWay };
    if (!underWay && refused) signedOut(refused);
  };
  const isOperator = state.at === 'signedIn' && !isToken(state.session.who);
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
        <Removed connector={connector} isOperator={state.isOperator} />
      )}
      {asked && <SignIn api={api} connector={connector} why={asked} onSignedIn={signedIn} />}
      {state.at === 'signedIn' && (
        <Paused.Provider value={state.ended !== undefined}>
          <div hidden={state.ended !== undefined}>
            {connector === undefined ? (
              <main>
                <ConnectorsPart api={api} />
              </main>
            ) : (
              <Work
                api={api}
                base={base}
                connector={connector}
                isOperator={isOperator}
                onRemoving={onRemoving}
                onRemoved={() => setState({ at: 'removed', isOperator })}
              />
            )}
          </div>
        </Paused.Provider>
      )}
    </>
  );
}

function withoutSession(now: State, why: 'ended' | 'other'): State {
  if (now.at === 'removed') return now;
  if (now.at === 'signedIn') return { ...now, ended: why };
  return { at: 'signedOut', why: why === 'other' ? 'other' : 'never' };
}

function useApi(base: string, onSignedOut: (why: 'ended' | 'other') => void): Api {
  // Made once: `onSignedOut` knows nothing of one rendering, the first one will do.
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
