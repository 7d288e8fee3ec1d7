// Every operation of the admin API: what is sent, what comes back, and how it can be refused. Schemas of
// what is sent are the very ones that check it.
import * as z from 'zod';
import { settingsInput } from '../../../shared/settings/schema.ts';
import { account } from '../admin-api/accounts.ts';
import { newAgent } from '../admin-api/agents.ts';
import { connectorsQuery } from '../admin-api/connectors.ts';
import { otherMatching, pageQuery } from '../admin-api/matching.ts';
import { signIn } from '../admin-api/session.ts';
import { newToken } from '../admin-api/tokens.ts';
import { override, userQuery } from '../admin-api/users.ts';
import type { ProblemCode } from '../problem.ts';
import type { AnswerName } from './answers.ts';

export const BODIES = {
  SettingsInput: settingsInput(),
  SettingsPatch: z
    .looseObject({})
    .describe('RFC 7396 over Settings: what is left out stays, null takes a key away.'),
  SignIn: signIn(),
  NewTokenInput: newToken(),
  NewAccount: account(),
  NewAgent: newAgent(),
  Override: override(),
  OtherMatching: otherMatching(),
} as const;

export interface Operation {
  summary: string;
  /** Who may: anybody, whoever signed in for the connector, or the operator alone. */
  who: 'anybody' | 'admin' | 'operator';
  query?: z.ZodObject;
  /** Request headers of its own, with what they mean. */
  headers?: Readonly<Record<string, string>>;
  body?: keyof typeof BODIES;
  /** May be left out. */
  emptyBody?: true;
  /** By status. `null`: no body. */
  answers: Readonly<Record<number, AnswerName | null | 'events' | 'openapi'>>;
  /** How it may be refused besides what all of them have in common. */
  problems?: readonly ProblemCode[];
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
export type Operations = Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>;

const IF_MATCH = { 'if-match': 'The version that was read; 412 where another is stored by now.' };
const admin = 'admin';
const operator = 'operator';

/** Below `/{domain}/{instance}`. */
export const CONNECTOR_OPERATIONS: Operations = {
  '/api/session': {
    get: { summary: 'Who is signed in.', who: admin, answers: { 200: 'Session' } },
    post: {
      summary: 'Signs in with a token: sets a cookie.',
      who: 'anybody',
      body: 'SignIn',
      answers: { 201: 'Session' },
      problems: ['unauthorized', 'rate-limited', 'forbidden', 'csrf-token', 'plain-http'],
    },
    delete: { summary: 'Signs out.', who: admin, answers: { 204: null } },
  },
  '/api/tokens': {
    get: { summary: "The connector's own tokens.", who: operator, answers: { 200: 'Tokens' } },
    post: {
      summary: 'Issues a token of the connector; it is shown this once.',
      who: operator,
      body: 'NewTokenInput',
      emptyBody: true,
      answers: { 201: 'NewToken' },
      problems: ['conflict'],
    },
  },
  '/api/tokens/{id}': {
    delete: {
      summary: 'Revokes a token, at once.',
      who: operator,
      answers: { 204: null },
      problems: ['not-found'],
    },
  },
  '/api/settings': {
    get: { summary: 'The settings.', who: admin, answers: { 200: 'Settings' } },
    put: {
      summary: 'Replaces the settings; creates the connector.',
      who: admin,
      headers: IF_MATCH,
      body: 'SettingsInput',
      answers: { 200: 'Settings', 201: 'Settings' },
      problems: ['stale-version', 'conflict'],
    },
    patch: {
      summary: 'Merges into the settings.',
      who: admin,
      headers: IF_MATCH,
      body: 'SettingsPatch',
      answers: { 200: 'Settings' },
      problems: ['stale-version', 'conflict'],
    },
    delete: {
      summary: 'Deletes the connector and takes back what it left on both sides.',
      who: admin,
      headers: IF_MATCH,
      answers: { 204: null },
      problems: ['stale-version'],
    },
  },
  '/api/status': {
    get: { summary: 'The lamps.', who: admin, answers: { 200: 'Status' } },
  },
  '/api/checks/{lampId}': {
    post: {
      summary: 'Does the step behind a lamp now, and answers the lamp.',
      who: admin,
      answers: { 200: 'Lamp' },
      problems: ['not-found'],
    },
  },
  '/api/figures': {
    get: {
      summary: 'The changes of the last hour in each direction, and how long they took.',
      who: admin,
      answers: { 200: 'Figures' },
    },
  },
  '/api/users': {
    get: {
      summary: 'The users of both sides, a hundred a page.',
      who: admin,
      query: userQuery(),
      answers: { 200: 'UserPage' },
    },
  },
  '/api/users/{teamsId}': {
    get: {
      summary: 'One user of Teams, as in the list; by id or user principal name.',
      who: admin,
      answers: { 200: 'User' },
      problems: ['not-found'],
    },
  },
  '/api/users/{teamsId}/timeline': {
    get: {
      summary: 'The last decisions about a user, newest first.',
      who: admin,
      answers: { 200: 'Timeline' },
      problems: ['not-found'],
    },
  },
  '/api/users/{teamsId}/override': {
    put: {
      summary: 'Pairs a user by hand.',
      who: admin,
      body: 'Override',
      answers: { 204: null },
      problems: ['not-found'],
    },
    delete: {
      summary: 'Undoes a pairing by hand.',
      who: admin,
      answers: { 204: null },
      problems: ['not-found'],
    },
  },
  '/api/matching/dry-run': {
    post: {
      summary: 'The pairs that another matching would change; changes nothing.',
      who: admin,
      query: pageQuery(),
      body: 'OtherMatching',
      answers: { 200: 'DryRun' },
      problems: ['conflict'],
    },
  },
  '/api/accounts': {
    get: { summary: 'The Teams accounts.', who: admin, answers: { 200: 'Accounts' } },
    post: {
      summary: 'Adds a Teams account.',
      who: admin,
      body: 'NewAccount',
      answers: { 201: 'Account' },
      problems: ['conflict'],
    },
  },
  '/api/accounts/{id}': {
    delete: {
      summary: 'Removes a Teams account.',
      who: admin,
      answers: { 204: null },
      problems: ['not-found'],
    },
  },
  '/api/agents': {
    get: { summary: 'The agents.', who: admin, answers: { 200: 'Agents' } },
    post: {
      summary: 'Makes a one-time code to enrol an agent with.',
      who: admin,
      body: 'NewAgent',
      emptyBody: true,
      answers: { 201: 'Enrolment' },
    },
  },
  '/api/agents/{id}': {
    delete: {
      summary: 'Removes an agent and closes its tunnel.',
      who: admin,
      answers: { 204: null },
      problems: ['not-found'],
    },
  },
  '/api/events': {
    get: {
      summary: 'What changes, as it changes. Ends after 5 minutes: come again.',
      who: admin,
      headers: { 'last-event-id': 'Where the stream was before; users are then to be read again.' },
      answers: { 200: 'events' },
    },
  },
  '/api/audit': {
    get: { summary: 'Who changed what, newest first.', who: admin, answers: { 200: 'Audit' } },
  },
  '/openapi.json': {
    get: { summary: 'This description.', who: 'anybody', answers: { 200: 'openapi' } },
  },
};

/** At the root. */
export const ROOT_OPERATIONS: Operations = {
  '/api/session': {
    get: {
      summary: 'Who is signed in for all connectors.',
      who: operator,
      answers: { 200: 'OperatorSession' },
    },
    post: {
      summary: "Signs in for all connectors with the operator's token: sets a cookie.",
      who: 'anybody',
      body: 'SignIn',
      answers: { 201: 'OperatorSession' },
      problems: ['unauthorized', 'rate-limited', 'forbidden', 'csrf-token', 'plain-http'],
    },
    delete: { summary: 'Signs out.', who: operator, answers: { 204: null } },
  },
  '/api/connectors': {
    get: {
      summary: 'All connectors by name, each with its worst lamp, a hundred a page.',
      who: operator,
      query: connectorsQuery(),
      answers: { 200: 'Connectors' },
      problems: ['bad-request'],
    },
  },
  '/openapi.json': {
    get: { summary: 'This description.', who: 'anybody', answers: { 200: 'openapi' } },
  },
  '/healthz': {
    get: { summary: 'Whether the edge serves.', who: 'anybody', answers: { 200: 'Health' } },
  },
};
