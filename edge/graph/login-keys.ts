// The public keys that Microsoft signs with, asked of its login. It keeps nothing.
import * as z from 'zod';
import { late } from '../../shared/late.ts';
import { type Published, publishedIn } from '../key-set.ts';
import { ANSWERED_WITHIN_MS, keysUnavailable } from '../signing-keys.ts';
import { cloudAddresses } from './clouds.ts';
import { type Answer, exchange, jsonOf } from './exchange.ts';
import type { LoginAccess } from './msal.ts';
import { destination, loginRoute } from './route.ts';

/** For either of the two requests, in ms. */
const TIMEOUT_MS = ANSWERED_WITHIN_MS / 2;

const discovery = late(() => z.object({ jwks_uri: z.string() }));

/** @throws AppError `login-unavailable` */
export async function loginKeys(access: LoginAccess): Promise<Published> {
  const { login } = cloudAddresses(access.cloud);
  const named = await get(access, `${login}/common/.well-known/openid-configuration`)
    .then(({ text }) => discovery().parse(jsonOf(text)).jwks_uri)
    .catch(() => null);
  const route = loginRoute(access.cloud, access.loginOrigin);
  const uri =
    named !== null && destination(route, named) !== null
      ? named
      : `${login}/common/discovery/v2.0/keys`;
  const published = publishedIn(await get(access, uri));
  if (!published) throw keysUnavailable('The login published no keys that can be read.');
  return published;
}

async function get(access: LoginAccess, asked: string): Promise<Answer> {
  const url = destination(loginRoute(access.cloud, access.loginOrigin), asked) ?? asked;
  const answer = await exchange(
    access.fetch,
    url,
    { method: 'GET', headers: { accept: 'application/json' } },
    {
      timeoutMs: TIMEOUT_MS,
      codes: { timeout: 'login-unavailable', unreachable: 'login-unavailable' },
      what: `Login, GET ${new URL(url).pathname}`,
    },
  );
  if (answer.status === 200) return answer;
  throw keysUnavailable(`The login answered ${answer.status} for its keys.`);
}
