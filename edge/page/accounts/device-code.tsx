// What the user of a Teams account needs to sign in on any device: the code, where to enter it, until when.
import type { AccountView } from '../../connector/rpc.ts';
import { useSpeech } from '../language.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Countdown } from '../parts/countdown.tsx';

export function DeviceCode({ account }: { account: AccountView }) {
  const { texts, when } = useSpeech();
  const { userCode, verificationUri, expiresAt } = account;
  if (userCode === undefined || verificationUri === undefined) return null;
  const words = texts.accounts.code;
  return (
    <div class="device-code">
      <p>
        {words.open}{' '}
        <a href={verificationUri} target="_blank" rel="noreferrer">
          {verificationUri.replace('https://', '')}
        </a>
      </p>
      <Copyable text={userCode} />
      <p class="waiting" role="status">
        {words.waiting}
      </p>
      {expiresAt !== undefined && (
        <p class="hint">
          {words.validUntil(when(expiresAt))} {words.left} <Countdown at={expiresAt} />
        </p>
      )}
    </div>
  );
}
