// The Teams accounts that presence is read with.
import { useCallback, useState } from 'preact/hooks';
import type { AccountView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { StateMark, type StateTone } from '../parts/state-mark.tsx';
import { usePolled } from '../polled.ts';
import { NewAccount } from './new-account.tsx';

const EVERY_MS = 5_000;

const TONES: Record<AccountView['state'], StateTone> = {
  active: 'ok',
  waiting: 'unknown',
  expired: 'error',
  signInAgain: 'error',
  error: 'error',
};

/** @param polling whether the connector needs no account at all */
export function AccountsPart({ api, polling }: { api: Api; polling: boolean }) {
  const { texts } = useSpeech();
  const load = useCallback((signal: AbortSignal) => api.accounts(signal), [api]);
  const accounts = usePolled(load, EVERY_MS, isSigningIn);
  const [leaving, setLeaving] = useState<AccountView>();
  const removing = useDoing();
  const words = texts.accounts;

  async function remove(account: AccountView) {
    if (!(await removing.run(() => api.removeAccount(account.id)))) return;
    accounts.put((all) => all.filter(({ id }) => id !== account.id));
    accounts.again();
    setLeaving(undefined);
  }

  return (
    <Section heading={words.heading} lead={words.lead}>
      {polling && <Notice tone="plain">{words.notForPolling}</Notice>}
      <Fault of={accounts.fault} stale={accounts.value !== undefined} />
      {!accounts.value && !accounts.fault && <Loading />}
      {accounts.value?.length === 0 && <p class="muted">{words.empty}</p>}
      {accounts.value && accounts.value.length > 0 && (
        <ul class="rows">
          {accounts.value.map((account) => (
            <AccountRow key={account.id} account={account} onRemove={() => setLeaving(account)} />
          ))}
        </ul>
      )}
      <NewAccount api={api} onAdded={accounts.again} />
      {leaving && (
        <Confirm
          title={words.removeTitle(nameOf(leaving))}
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
    </Section>
  );
}

const isSigningIn = (accounts: AccountView[]): boolean =>
  accounts.some(({ state }) => state === 'waiting');

const nameOf = ({ username, id }: AccountView): string => username ?? id;

function AccountRow({ account, onRemove }: { account: AccountView; onRemove(): void }) {
  const { texts } = useSpeech();
  const { states, users, removeNamed } = texts.accounts;
  return (
    <li class="row">
      <div class="row-main">
        <h3>{nameOf(account)}</h3>
        <p class="facts">
          <StateMark tone={TONES[account.state]} word={states[account.state]} />
          <span>{users(account.users)}</span>
        </p>
        {account.message !== undefined && <p lang="en">{account.message}</p>}
      </div>
      <Button label={removeNamed(nameOf(account))} onClick={onRemove}>
        {texts.common.remove}
      </Button>
    </li>
  );
}
