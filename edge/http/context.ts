// What one middleware leaves for the next, and for the route.
import type { Context } from 'hono';
import { type ConnectorName, connectorName } from '../../shared/ids.ts';
import { type Language, languageOf } from '../../shared/texts/language.ts';
import type { Who } from '../connector/rpc.ts';
import { Refused } from './problem.ts';

/** A proven sign-in, and how far it reaches. */
export interface SignedIn {
  who: Who;
  scope: 'all' | ConnectorName;
  /**
   * `bearer` was put into the request on purpose. The other two travel with every request a browser
   * makes, also with those that another site caused.
   */
  by: { kind: 'bearer' } | { kind: 'access' } | { kind: 'session'; id: string; expiresAt: number };
}

export interface Variables {
  /** The body, read whole within its limit; empty where there is none. */
  body: Uint8Array;
  /** Behind the admin guard. */
  signedIn: SignedIn;
}

export type HttpEnv = { Variables: Variables };
export type RequestContext = Context<HttpEnv>;

/** The connector that the path names, `undefined` where it cannot name one. */
export const pathConnector = (c: RequestContext): ConnectorName | undefined =>
  connectorName(c.req.param('domain') ?? '', c.req.param('instance') ?? '');

/** The same; throws `Refused` (404) where the path cannot name one. */
export function connectorOf(c: RequestContext): ConnectorName {
  const name = pathConnector(c);
  if (name) return name;
  throw unknownConnector('The path does not name a connector: domain/instance comes first.');
}

/** The language that whoever asks reads. */
export const languageFor = (c: RequestContext): Language =>
  languageOf(c.req.header('accept-language'));

export const unknownConnector = (detail = 'No connector of this name was created.'): Refused =>
  new Refused('connector-unknown', detail);
