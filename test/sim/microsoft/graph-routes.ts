// The table of Graph's routes that exist here. Not modelled: work locations, /beta, $metadata.
import { readApplication } from './apps.ts';
import { batch } from './batch.ts';
import type { Call } from './graph.ts';
import type { Answer } from './http.ts';
import { readBulk, readPresence, writePresence } from './presence.ts';
import {
  createSubscription,
  deleteSubscription,
  listSubscriptions,
  readSubscription,
  reauthorizeSubscription,
  renewSubscription,
} from './subscriptions.ts';
import { licenseDetails, listUsers, readUser } from './users.ts';
import { usersDelta } from './users-delta.ts';

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly quota: 'presence' | 'subscriptions' | 'directory' | 'none';
  /** `table`: Microsoft's permission table decides; `own`: the route itself does. */
  readonly permission: 'table' | 'own';
  readonly body: 'none' | 'optional' | 'required';
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

const get = (path: string, quota: Route['quota'], answer: Route['answer']): Route => ({
  method: 'GET',
  path,
  quota,
  permission: 'table',
  body: 'none',
  answer,
});
const act = (action: string, body: Route['body']): Route => ({
  method: 'POST',
  path: `/users/{id}/presence/${action}`,
  quota: 'presence',
  permission: 'table',
  body,
  answer: (call) => writePresence(call, action),
});
const subscription = (
  method: string,
  path: string,
  body: Route['body'],
  answer: Route['answer'],
): Route => ({
  method,
  path,
  quota: 'subscriptions',
  permission: 'own',
  body,
  answer,
});

// More special paths first: `/users/delta` also fits `/users/{id}`.
export const graphRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/$batch',
    quota: 'none',
    permission: 'own',
    body: 'required',
    answer: batch,
  },
  get('/users', 'directory', listUsers),
  get('/users/delta', 'directory', usersDelta),
  { ...get('/users/delta', 'directory', usersDelta), path: '/users/delta()' },
  get('/users/{id}', 'directory', readUser),
  get('/me', 'directory', readUser),
  get('/users/{id}/licenseDetails', 'directory', licenseDetails),
  get('/me/licenseDetails', 'directory', licenseDetails),
  get("/applications(appId='{id}')", 'directory', readApplication),
  get('/users/{id}/presence', 'presence', readPresence),
  get('/me/presence', 'presence', readPresence),
  get('/communications/presences/{id}', 'presence', readPresence),
  {
    ...get('/communications/getPresencesByUserId', 'presence', readBulk),
    method: 'POST',
    body: 'required',
  },
  act('setPresence', 'required'),
  act('clearPresence', 'required'),
  act('setUserPreferredPresence', 'required'),
  act('clearUserPreferredPresence', 'optional'),
  act('setStatusMessage', 'required'),
  subscription('POST', '/subscriptions', 'required', createSubscription),
  subscription('GET', '/subscriptions', 'none', listSubscriptions),
  subscription('GET', '/subscriptions/{id}', 'none', readSubscription),
  subscription('PATCH', '/subscriptions/{id}', 'required', renewSubscription),
  subscription('DELETE', '/subscriptions/{id}', 'none', deleteSubscription),
  subscription('POST', '/subscriptions/{id}/reauthorize', 'none', reauthorizeSubscription),
];
