// The Teams accounts that presence is read with.
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Notice } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { AccountList } from './account-list.tsx';
import { NewAccount } from './new-account.tsx';
import { useAccounts } from './use-accounts.ts';

/** @param polling whether the connector needs no account at all */
export function AccountsPart({ api, polling }: { api: Api; polling: boolean }) {
  const { texts } = useSpeech();
  const accounts = useAccounts(api);
  const words = texts.accounts;
  return (
    <Section heading={words.heading} lead={words.lead}>
      {polling && <Notice tone="plain">{words.notForPolling}</Notice>}
      <AccountList api={api} accounts={accounts} />
      {!polling && <NewAccount api={api} accounts={accounts} onAdded={accounts.again} />}
    </Section>
  );
}
