// The admin API as the page uses it: one function a request, typed by what the server itself answers with.
import type { LampId, LampView } from '../../shared/lamps.ts';
import type { SettingsView } from '../../shared/settings/schema.ts';
import type {
  AccountView,
  AgentView,
  AuditEntry,
  DryRun,
  Figures,
  NewAccount,
  TimelineEntry,
  TokenView,
  UserPage,
  UserView,
} from '../connector/rpc.ts';
import type {
  ConnectorsAnswer,
  EnrolmentAnswer,
  NewTokenAnswer,
  OperatorSessionAnswer,
} from '../http/admin-api/answers.ts';
import { type Ask, Refusal, refusalOf } from './ask.ts';

/** Settings, and the tag that a change of them names in `If-Match`. */
export interface TaggedSettings {
  settings: SettingsView;
  etag: string;
}

export interface UserQuery {
  query: string;
  state: string;
  /** Only with a user there; `''`: both. */
  side: 'teams' | 'pbx' | '';
  cursor: string;
}

export type Api = ReturnType<typeof createApi>;

/** Every function throws `Refusal`. */
export function createApi(ask: Ask) {
  const items = async <T>(path: string, signal: AbortSignal): Promise<T[]> =>
    (await json<{ items: T[] }>(ask('GET', path, { signal }))).items;

  // Asks where nobody has to be signed in: a token ends with its connector.
  const isGone = (): Promise<boolean> => ask('GET', '/subscriptions').then(() => false, isUnknown);

  return {
    openSession: (token: string) =>
      json<OperatorSessionAnswer>(ask('POST', '/api/session', { body: { token } })),
    readSession: () => json<OperatorSessionAnswer>(ask('GET', '/api/session')),
    closeSession: () => ask('DELETE', '/api/session'),

    /** At the root. */
    connectors: (cursor: string | undefined, signal: AbortSignal) =>
      json<ConnectorsAnswer>(
        ask(
          'GET',
          `/api/connectors${cursor === undefined ? '' : `?${new URLSearchParams({ cursor })}`}`,
          {
            signal,
          },
        ),
      ),

    lamps: (signal: AbortSignal) => json<LampView[]>(ask('GET', '/api/status', { signal })),
    check: (id: LampId) => json<LampView>(ask('POST', `/api/checks/${id}`)),

    figures: (signal: AbortSignal) => json<Figures>(ask('GET', '/api/figures', { signal })),
    events: async (
      lastEventId: string | undefined,
      signal: AbortSignal,
    ): Promise<ReadableStream<Uint8Array>> => {
      const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
      const answer = await ask('GET', '/api/events', { headers, signal, stream: true });
      if (!answer.body) throw new Refusal('offline', 'The stream has no body.');
      return answer.body;
    },

    readSettings: () => tagged(ask('GET', '/api/settings')),
    createSettings: (settings: object) => tagged(ask('PUT', '/api/settings', { body: settings })),
    changeSettings: (patch: object, etag: string) =>
      tagged(ask('PATCH', '/api/settings', { body: patch, headers: { 'if-match': etag } })),

    /** One that is gone already is removed: the answer to this try, or an earlier one, may have been lost. */
    removeConnector: async () => {
      try {
        await ask('DELETE', '/api/settings');
      } catch (error) {
        if (!isUnknown(error) && !(await isGone())) throw error;
      }
    },

    accounts: (signal: AbortSignal) => items<AccountView>('/api/accounts', signal),
    addAccount: (account: NewAccount) =>
      json<AccountView>(ask('POST', '/api/accounts', { body: account })),
    removeAccount: (id: string) => ask('DELETE', `/api/accounts/${encodeURIComponent(id)}`),

    agents: (signal: AbortSignal) => items<AgentView>('/api/agents', signal),
    newAgent: (name: string) =>
      json<EnrolmentAnswer>(ask('POST', '/api/agents', { body: name === '' ? {} : { name } })),
    removeAgent: (id: string) => ask('DELETE', `/api/agents/${encodeURIComponent(id)}`),

    tokens: (signal: AbortSignal) => items<TokenView>('/api/tokens', signal),
    issueToken: (name: string) =>
      json<NewTokenAnswer>(ask('POST', '/api/tokens', { body: name === '' ? {} : { name } })),
    revokeToken: (id: string) => ask('DELETE', `/api/tokens/${encodeURIComponent(id)}`),
    audit: (signal: AbortSignal) => items<AuditEntry>('/api/audit', signal),

    users: (query: UserQuery, signal: AbortSignal) =>
      json<UserPage>(ask('GET', `/api/users?${new URLSearchParams({ ...query })}`, { signal })),
    /** @param id of a user in Teams; of this one also the user principal name */
    user: (id: string, signal?: AbortSignal) =>
      json<UserView>(ask('GET', userPath(id), signal ? { signal } : {})),
    timeline: (id: string, signal: AbortSignal) =>
      items<TimelineEntry>(`${userPath(id)}/timeline`, signal),
    pair: (id: string, pbx: string) => ask('PUT', `${userPath(id)}/override`, { body: { pbx } }),
    unpair: (id: string) => ask('DELETE', `${userPath(id)}/override`),
    tryMatching: (matching: object, cursor: string) =>
      json<DryRun>(
        ask('POST', `/api/matching/dry-run?${new URLSearchParams({ cursor })}`, { body: matching }),
      ),
  };
}

const isUnknown = (error: unknown): boolean => refusalOf(error).code === 'connector-unknown';

const userPath = (id: string): string => `/api/users/${encodeURIComponent(id)}`;

/** An answer that breaks off half-way is refused like one that never came. */
async function json<T>(asked: Promise<Response>): Promise<T> {
  const answer = await asked;
  try {
    return (await answer.json()) as T;
  } catch (cause) {
    throw refusalOf(cause);
  }
}

async function tagged(asked: Promise<Response>): Promise<TaggedSettings> {
  const answer = await asked;
  return { settings: await json<SettingsView>(asked), etag: answer.headers.get('etag') ?? '' };
}
