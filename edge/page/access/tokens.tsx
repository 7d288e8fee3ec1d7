// The connector's own tokens: issued, listed, revoked. A token is shown once and kept nowhere.
import { useState } from 'preact/hooks';
import type { TokenView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Moment } from '../parts/moment.tsx';
import { PolledFault } from '../parts/notice.tsx';
import { Loading } from '../parts/section.tsx';
import type { Polled } from '../polled.ts';
import { NewToken } from './new-token.tsx';

interface TokensProps {
  api: Api;
  tokens: Polled<TokenView[]>;
  /** One came or went. */
  onChange(): void;
}

export function Tokens({ api, tokens, onChange }: TokensProps) {
  const { texts } = useSpeech();
  const words = texts.access.tokens;
  const [leaving, setLeaving] = useState<TokenView>();
  const revoking = useDoing();
  const nameOf = ({ name }: TokenView) => name ?? words.unnamed;

  async function revoke({ id }: TokenView) {
    if (!(await revoking.run(() => api.revokeToken(id)))) return;
    onChange();
    setLeaving(undefined);
  }

  return (
    <>
      <h3 class="below">{words.heading}</h3>
      <p class="muted">{words.lead}</p>
      <PolledFault of={tokens} />
      {!tokens.value && !tokens.fault && <Loading />}
      {tokens.value?.length === 0 && <p>{words.empty}</p>}
      {tokens.value && tokens.value.length > 0 && (
        <ul class="rows">
          {tokens.value.map((token) => (
            <li key={token.id} class="row">
              <div class="row-main">
                <strong>{nameOf(token)}</strong>
                <p class="facts">
                  <Moment at={token.createdAt} say={words.issuedAt} />
                </p>
              </div>
              <Button label={words.revokeNamed(nameOf(token))} onClick={() => setLeaving(token)}>
                {words.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <NewToken api={api} onIssued={onChange} />
      {leaving && (
        <Confirm
          title={words.revokeTitle(nameOf(leaving))}
          text={words.revokeText}
          action={words.revoke}
          doing={revoking}
          onConfirm={() => void revoke(leaving)}
          onCancel={() => {
            revoking.forget();
            setLeaving(undefined);
          }}
        />
      )}
    </>
  );
}
