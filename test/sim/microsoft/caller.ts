// An application that calls the simulator, for its tests: gets tokens, sends requests.
import type { Microsoft } from './microsoft.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came.
  readonly body: any;
}

async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  let body: unknown = text;
  try {
    body = JSON.parse(text);
  } catch {
    // Not everything is JSON.
  }
  return { status: response.status, headers: response.headers, body };
}

/** POST to the token endpoint of a tenant. */
export async function askToken(
  microsoft: Microsoft,
  form: Record<string, string>,
  tenant = microsoft.tenantId,
  endpoint = 'token',
): Promise<Reply> {
  const url = `${microsoft.origin}/${tenant}/oauth2/v2.0/${endpoint}`;
  return reply(await fetch(url, { method: 'POST', body: new URLSearchParams(form) }));
}

/** The form of a password grant, as the original sends it. */
export const passwordForm = (microsoft: Microsoft, more: Record<string, string> = {}) => ({
  grant_type: 'password',
  client_id: microsoft.clientIdSyncToPbx,
  username: microsoft.account.username,
  password: microsoft.account.password,
  scope: 'https://graph.microsoft.com/.default',
  ...more,
});

/** The form of a client credentials grant. */
export const clientForm = (microsoft: Microsoft, more: Record<string, string> = {}) => ({
  grant_type: 'client_credentials',
  client_id: microsoft.clientIdSyncToTeams,
  client_secret: microsoft.clientSecret,
  scope: 'https://graph.microsoft.com/.default',
  ...more,
});

export type Caller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

/** Calls Graph with one token; `path` below /v1.0, or a whole URL. */
export function caller(microsoft: Microsoft, token: string): Caller {
  return async (method, path, body, headers = {}) => {
    const url = path.startsWith('http') ? path : `${microsoft.origin}/v1.0${path}`;
    const init: RequestInit = {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    };
    if (body !== undefined) init.body = JSON.stringify(body);
    return reply(await fetch(url, init));
  };
}

/** A caller with the communication user's delegated token (first registration). */
export async function asAccount(
  microsoft: Microsoft,
  account = microsoft.account,
): Promise<Caller> {
  const got = await askToken(microsoft, passwordForm(microsoft, { ...account }));
  if (got.status !== 200) throw new Error(JSON.stringify(got.body));
  return caller(microsoft, String(got.body.access_token));
}

/** A caller with the second registration's app-only token. */
export async function asApp(microsoft: Microsoft): Promise<Caller> {
  const got = await askToken(microsoft, clientForm(microsoft));
  if (got.status !== 200) throw new Error(JSON.stringify(got.body));
  return caller(microsoft, String(got.body.access_token));
}
