// The Teams accounts, one a row: how each stands, a new sign-in where that helps, and its removal.
import { useState } from 'preact/hooks';
import type { AccountView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Fault, PolledFault } from '../parts/notice.tsx';
import { Loading } from '../parts/section.tsx';
import { StateMark, type StateTone } from '../parts/state-mark.tsx';
import { DeviceCode } from './device-code.tsx';
import type { Accounts } from './use-accounts.ts';

const TONES: Record<AccountView['state'], StateTone> = {
  active: 'ok',
  waiting: 'unknown',
  expired: 'error',
  signInAgain: 'error',
  error: 'error',
};

export function AccountList({ api, accounts }: { api: Api; accounts: Accounts }) {
  const { texts } = useSpeech();
  const [leaving, setLeaving] = useState<AccountView>();
  const removing = useDoing();
  const renewing = useDoing();
  const words = texts.accounts;

  async function remove(account: AccountView) {
    if (!(await removing.run(() => api.removeAccount(account.id)))) return;
    accounts.put((all) => all.filter(({ id }) => id !== account.id));
    accounts.again();
    setLeaving(undefined);
  }

  async function renew() {
    if (await renewing.run(() => api.addAccount({ signIn: 'device' }))) accounts.again();
  }

  return (
    <>
      <PolledFault of={accounts} />
      {!accounts.value && !accounts.fault && <Loading />}
      {accounts.value?.length === 0 && <p class="muted">{words.empty}</p>}
      {accounts.value && accounts.value.length > 0 && (
        <ul class="rows">
          {accounts.value.map((account) => (
            <AccountRow
              key={account.id}
              account={account}
              renewing={renewing.busy}
              onRenew={() => void renew()}
              onRemove={() => setLeaving(account)}
            />
          ))}
        </ul>
      )}
      <Fault of={renewing.fault} />
      {leaving && (
        <Confirm
          title={words.removeTitle(nameOf(leaving, words.unnamed))}
          text={words.removeText}
          action={texts.common.remove}
          doing={removing}
          onConfirm={() => void remove(leaving)}
          onCancel={() => {
            removing.forget();
            setLeaving(undefined);
          }}
        />
      )}
    </>
  );
}

/** An account whose user has not signed in yet has no name of its own. */
const nameOf = ({ username }: AccountView, unnamed: string): string => username ?? unnamed;

/** Whether a new code is what helps. */
const needsCode = ({ state, username }: AccountView): boolean =>
  state === 'expired' || state === 'signInAgain' || (state === 'error' && username === undefined);

interface AccountRowProps {
  account: AccountView;
  renewing: boolean;
  onRenew(): void;
  onRemove(): void;
}

function AccountRow({ account, renewing, onRenew, onRemove }: AccountRowProps) {
  const { texts } = useSpeech();
  const { states, users, removeNamed, code, unnamed } = texts.accounts;
  const name = nameOf(account, unnamed);
  const hasCode = account.userCode !== undefined;
  return (
    <li class="row">
      <div class="row-main">
        <h3>{name}</h3>
        <p class="facts">
          <StateMark
            tone={TONES[account.state]}
            word={hasCode ? code.state : states[account.state]}
          />
          {account.username !== undefined && <span>{users(account.users)}</span>}
        </p>
        {account.message !== undefined && <p>{account.message}</p>}
        <DeviceCode account={account} />
      </div>
      <div class="row-actions">
        {needsCode(account) && (
          <Button kind="main" busy={renewing} label={code.renewNamed(name)} onClick={onRenew}>
            {account.state === 'signInAgain' ? states.signInAgain : code.renew}
          </Button>
        )}
        <Button label={removeNamed(name)} onClick={onRemove}>
          {texts.common.remove}
        </Button>
      </div>
    </li>
  );
}
