// A Teams account as its connector knows it.
import type { TeamsUserId } from '../../shared/ids.ts';
import type { AccountReport, Credential } from '../graph/account-rpc.ts';

export interface Account {
  id: string;
  /** `null`: nobody has signed in with its code yet. */
  username: string | null;
  credential: Credential;
  /** Whom to subscribe with it. */
  users: TeamsUserId[];
  /** What its object told last. */
  report: AccountReport | null;
}
