/** User objects as the PBX holds them (facts §3.1), the default users, and any number of generated ones. */
import { guidFrom } from './app-objects.ts';

/** One line of a user's visibility list (facts §2.3). A right that is not given is absent. */
export interface Allow {
  name: string;
  grp?: boolean;
  visible?: boolean;
  online?: boolean;
  presence?: boolean;
  otf?: boolean;
  note?: boolean;
  dialog?: boolean;
  ids?: boolean;
}

/** A user object; the property names are the column names of PbxTableUsers. */
export interface PbxUser {
  guid: string;
  h323: string;
  cn: string;
  dn?: string;
  e164?: string;
  loc: string;
  node?: string;
  config?: string;
  hide?: boolean;
  fax?: boolean;
  /** Pseudo type; absent for a plain user. */
  pseudo?: string;
  apps?: string;
  'apps-my'?: string;
  'h323-email'?: boolean;
  emails?: { email: string }[];
  grps?: { name: string; mode?: string; dyn?: string }[];
  allows: Allow[];
  /** App licences; not a column, asked for with CheckAppLic. */
  licences: string[];
  /** Whether a client is signed in: status of the `im:` item at the start; absent = no such item. */
  online?: boolean;
}

/** What must be said about a user; the rest is filled in. */
export type UserInput = { h323: string } & { [K in keyof PbxUser]?: PbxUser[K] };

/** The licence of the original, per user (facts §4.1). */
export const LICENCE = 'App(innovaphone-microsoft365)';

/** All the rights the product needs, for one App object. */
export function fullRights(app: string): Allow {
  return { name: app, visible: true, online: true, presence: true, otf: true, note: true };
}

/** Fills in a user: guid from the name, homed at `loc`, licensed, fully visible for `app`. */
export function completeUser(input: UserInput, defaults: { loc: string; app: string }): PbxUser {
  return {
    guid: guidFrom(`user:${input.h323}`),
    cn: input.h323,
    loc: defaults.loc,
    node: 'root',
    hide: false,
    allows: [fullRights(defaults.app)],
    licences: [LICENCE],
    ...input,
  };
}

/**
 * The users of a PBX nobody configured. They fit the Microsoft simulator's: alice by `h323-email`,
 * bob, carol and dora by address, erik by name only; the lobby phone is nobody in Teams.
 */
export function defaultUsers(domain: string): UserInput[] {
  const address = (name: string) => ({ email: `${name}@${domain}` });
  return [
    { h323: 'alice', cn: 'Alice Adams', dn: 'Alice', e164: '201', 'h323-email': true },
    { h323: 'bob', cn: 'Bob Brown', e164: '202', emails: [address('bob')] },
    {
      h323: 'carol',
      cn: 'Carol Clark',
      e164: '203',
      emails: [address('c.clark'), address('carol')],
      grps: [{ name: 'sales', mode: 'active', dyn: 'in' }],
    },
    { h323: 'dora', cn: 'Dora Döring', dn: 'Dora', e164: '204', emails: [address('Dora')] },
    { h323: 'erik', cn: 'Erik Ek', e164: '205', pseudo: 'executive' },
    { h323: 'lobby', cn: 'Lobby Phone', e164: '209', hide: true },
  ].map((user) => (user.h323 === 'lobby' ? user : { ...user, online: true }));
}

/** `count` users: user1@domain "User 1", number 10001, and so on. */
export function generateUsers(count: number, domain: string): UserInput[] {
  return Array.from({ length: count }, (_, index) => ({
    h323: `user${index + 1}`,
    cn: `User ${index + 1}`,
    e164: String(10_001 + index),
    emails: [{ email: `user${index + 1}@${domain}` }],
    online: true,
  }));
}

/** A user's first e-mail address, as PresenceState tells it. */
export function emailOf(user: PbxUser, domain: string): string | undefined {
  return user['h323-email'] ? `${user.h323}@${domain}` : user.emails?.[0]?.email;
}
