/** App objects (facts §1.9): the name and password with which a program logs in, and the ticked APIs. */
import { createHash } from 'node:crypto';

/** The API flags of an App object that the simulator has behind them. */
export type ApiFlag = 'pbx' | 'tableusers' | 'admin';

/** Names of the APIs on the wire. */
export const apiNames: Readonly<Record<ApiFlag, string>> = {
  pbx: 'PbxApi',
  tableusers: 'PbxTableUsers',
  admin: 'PbxAdminApi',
};

/** An App object. Its h323 is the `app` of a login from outside. */
export interface AppObject {
  h323: string;
  cn: string;
  guid: string;
  password: string;
  apis: ApiFlag[];
  /** Groups in which the object is an active member: they count for visibility (facts §2.3). */
  groups: string[];
}

/** What must be said about an App object; the rest is filled in. */
export type AppObjectInput = { h323: string } & Partial<AppObject>;

/** Fills in an App object: all three APIs, the password `secret365`, a guid made from the name. */
export function completeAppObject(input: AppObjectInput): AppObject {
  return {
    cn: input.h323,
    guid: guidFrom(`app:${input.h323}`),
    password: 'secret365',
    apis: ['pbx', 'tableusers', 'admin'],
    groups: [],
    ...input,
  };
}

/** A stable guid: 32 hex characters, no dashes. */
export function guidFrom(seed: string): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, 32);
}
