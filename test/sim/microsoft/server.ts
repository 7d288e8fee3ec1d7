// A simulated Microsoft: login, Graph and change notifications on one real loopback socket.
//
// A model, not a mock: it holds state, refuses what the documentation does not allow, records what
// it got. Behaviour: facts/graph.md. Knobs: knobs.ts. HTTP control: README.md.
// Not modelled: anything but presence, users and subscriptions; eventual consistency of the
// directory; slow and drop states of a webhook's health; work locations; authorization code sign-in;
// national clouds beyond their names. Guesses where Microsoft says nothing are listed in README.md.
import { clouds } from './cloud.ts';
import { control, isControl } from './control.ts';
import { type SetUp, setUpTenant, type TenantOptions } from './default-tenant.ts';
import { Delivery } from './delivery.ts';
import { DeviceCodes } from './device-codes.ts';
import { hasTeams } from './directory.ts';
import { Faults } from './faults.ts';
import { graph } from './graph.ts';
import { Hosts } from './hosts.ts';
import { type Answer, type Ask, json } from './http.ts';
import { defaultKnobs, turnKnobs } from './knobs.ts';
import { login, loginRoute } from './login.ts';
import { type Microsoft, makeMicrosoft, type TenantFacts } from './microsoft.ts';
import { notifyDirectory, notifyPresence } from './notification.ts';
import type { MicrosoftOptions } from './options.ts';
import { PresenceStore } from './presence-store.ts';
import { seededRandom } from './random.ts';
import { Records } from './records.ts';
import { RefreshTokens } from './refresh-tokens.ts';
import { SigningKeys } from './signing-keys.ts';
import { serve } from './socket-server.ts';
import { SubscriptionStore } from './subscription-store.ts';
import { Throttle } from './throttle.ts';
import type { World } from './world.ts';

const defaultRecordLimit = 20_000;

/** Starts a simulated Microsoft; with no options, one tenant of a few people on a free port. */
export async function startMicrosoft(options: MicrosoftOptions = {}): Promise<Microsoft> {
  const now = options.now ?? Date.now;
  const knobs = { ...defaultKnobs };
  turnKnobs(knobs, options.knobs ?? {});
  const random = seededRandom(options.seed ?? 1);
  const setUps = [options.tenant ?? {}, ...(options.moreTenants ?? [])].map((one: TenantOptions) =>
    setUpTenant(one, random, now()),
  );
  const signedIn = options.signedIn ?? true;
  let origin = '';

  const world: World = {
    now,
    origin: () => origin,
    random,
    knobs,
    cloud: clouds[options.cloud ?? 'global'],
    keys: await SigningKeys.make(options.ownKeys ?? false),
    tenants: setUps.map((one) => one.tenant),
    presence: new PresenceStore(now),
    subscriptions: new SubscriptionStore(now),
    delivery: new Delivery(() => world),
    deviceCodes: new DeviceCodes(),
    refreshTokens: new RefreshTokens(),
    records: new Records(options.recordLimit ?? defaultRecordLimit),
    faults: new Faults(),
    throttle: new Throttle(),
    hosts: new Hosts(options.hosts ?? {}),
  };
  for (const tenant of world.tenants) {
    for (const user of tenant.directory.all()) {
      if (hasTeams(user)) world.presence.add(tenant.id, user.id, signedIn);
    }
    tenant.directory.onChange((change) => notifyDirectory(world, tenant.id, change));
  }
  world.presence.on((change) => notifyPresence(world, change));

  let microsoft: Microsoft;
  const server = await serve(options.port ?? 0, options.host ?? '127.0.0.1', (ask) =>
    isControl(ask) ? control(world, microsoft, ask) : route(world, ask),
  );
  origin = server.origin;
  const tickMs = options.tickMs ?? (options.now ? 0 : 1000);
  const ticking = tickMs > 0 ? setInterval(() => world.presence.tick(), tickMs) : undefined;
  ticking?.unref();
  const close = async (): Promise<void> => {
    clearInterval(ticking);
    world.faults.clear();
    world.delivery.close();
    world.hosts.close();
    await server.close();
  };
  microsoft = makeMicrosoft(world, setUps.map(factsOf), signedIn, close);
  return microsoft;
}

function route(world: World, ask: Ask): Promise<Answer> {
  if (/^\/v1\.0(\/|$)/i.test(ask.path)) return graph(world, ask);
  const name = loginRoute(ask);
  if (name) return login(world, ask, name);
  return Promise.resolve(
    json(404, {
      error: { code: 'NotFound', message: 'Neither login nor Graph v1.0 nor control lives here.' },
    }),
  );
}

const factsOf = (one: SetUp): TenantFacts => ({
  tenantId: one.tenant.id,
  domain: one.tenant.domain,
  clientIdSyncToPbx: one.clientIdSyncToPbx,
  clientIdSyncToTeams: one.clientIdSyncToTeams,
  clientSecret: one.clientSecret,
  account: one.accounts[0] ?? { username: '', password: '' },
  accounts: one.accounts,
});
