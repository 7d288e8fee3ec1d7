// What can happen to one subscription of an account, in words.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { Resource } from './account-rpc.ts';
import type { Failure } from './account-state.ts';

export type SubscriptionEvent =
  | { kind: 'create-begun'; userIds: TeamsUserId[] }
  | {
      kind: 'created';
      id: string;
      expiresAt: number;
      notificationUrl: string;
      encryptionId: string | null;
    }
  /** `badIds`: users that Microsoft's refusal names. */
  | { kind: 'create-failed'; failure: Failure; badIds: TeamsUserId[] }
  | { kind: 'renewed'; expiresAt: number; encryptionId: string | null }
  | { kind: 'renew-failed'; failure: Failure }
  | { kind: 'deleted' }
  | { kind: 'delete-failed'; failure: Failure }
  /** `removed`: how many were ours. `foreign`: another program's subscription of this account. */
  | { kind: 'tidied'; removed: number; foreign: boolean }
  | { kind: 'tidy-failed'; failure: Failure }
  | { kind: 'reauthorize' }
  /** An admin wants to know whether it stands, with all that belongs to it. */
  | { kind: 'asked' }
  | { kind: 'removed' }
  /** It stands, and tells nothing. */
  | { kind: 'silent' };

export interface Circumstances {
  resource: Resource;
  /** Epoch ms */
  now: number;
  /** In [0, 1) */
  random: number;
  /** When the token in use runs out, epoch ms. */
  tokenEndsAt: number;
}
