// The words about the Teams accounts, in English.
import type { AccountView } from '../../../connector/rpc.ts';

export interface AccountsTexts {
  heading: string;
  lead: string;
  notForPolling: string;
  empty: string;
  unnamed: string;
  how: string;
  ways: Record<'password' | 'code', { name: string; hint: string }>;
  code: {
    get: string;
    getting: string;
    ready: string;
    state: string;
    open: string;
    validUntil: (when: string) => string;
    left: string;
    waiting: string;
    renew: string;
    renewNamed: (name: string) => string;
  };
  username: string;
  password: string;
  passwordHint: string;
  add: string;
  addHeading: string;
  adding: string;
  added: (name: string) => string;
  users: (count: number) => string;
  states: Record<AccountView['state'], string>;
  removeNamed: (name: string) => string;
  removeTitle: (name: string) => string;
  removeText: string;
}

export const accounts: AccountsTexts = {
  heading: 'Teams accounts',
  lead: 'The connector reads presence as these users. One account is enough for 650 users; with several the users are spread over them.',
  notForPolling: 'The source is set to polling, which needs no Teams account.',
  empty: 'There is no Teams account yet.',
  unnamed: 'New account',
  how: 'How it signs in',
  ways: {
    password: {
      name: 'With user name and password',
      hint: 'Only for an account without a second factor.',
    },
    code: {
      name: 'With a code',
      hint: 'The better way: its user signs in once in any browser, second factor included. No password is stored.',
    },
  },
  code: {
    get: 'Get a code',
    getting: 'Getting a code …',
    ready: 'The code stands above, at the new account.',
    state: 'Waiting for the sign-in',
    open: 'Open this page, sign in there as the Teams account and enter the code:',
    validUntil: (when) => `Valid until ${when}.`,
    left: 'Time left:',
    waiting: 'This page notices by itself when it is done.',
    renew: 'New code',
    renewNamed: (name) => `Get a new code: ${name}`,
  },
  username: 'User name',
  password: 'Password',
  passwordHint:
    'Stored sealed; nobody can read it again. The account must sign in without a second factor.',
  add: 'Add Teams account',
  addHeading: 'Add a Teams account',
  adding: 'Adding …',
  added: (name) => `${name} is added. The first sign-in takes a few seconds.`,
  users: (count) => (count === 1 ? 'reads 1 user' : `reads ${count} users`),
  states: {
    active: 'Active',
    waiting: 'Signing in',
    expired: 'Expired',
    signInAgain: 'Sign in again',
    error: 'Error',
  },
  removeNamed: (name) => `Remove the account ${name}`,
  removeTitle: (name) => `Remove ${name}?`,
  removeText:
    'The connector ends the subscription of this account and forgets its sign-in. Where no other account has room, what its users do in Teams is noticed within five minutes instead of at once; without any account it is not noticed.',
};
