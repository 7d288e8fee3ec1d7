// Every knob of the simulated Microsoft, with its default: with none of them touched it behaves
// as documented. Change them at start, through the library or with PATCH /control/knobs.

export type Down = false | 'hang' | 'cut' | 400 | 429 | 500 | 502 | 503 | 504;

export interface Knobs {
  // --- login
  /** Access tokens live this long, drawn between both (§2.3: 60 to 90 minutes). */
  accessTokenMinutes: readonly [number, number];
  /** Refresh tokens live this long, rolling (§3.4). */
  refreshTokenDays: number;
  /** Wrong passwords in a row until AADSTS50053, and how long that lasts. */
  lockoutAfter: number;
  lockoutMs: number;
  /** Life of a device code, and the polling interval; polling faster earns slow_down. */
  deviceCodeSeconds: number;
  devicePollSeconds: number;
  /** Everything below the login paths fails this way. */
  loginDown: Down;

  // --- Graph as a whole
  /** Everything below /v1.0 fails this way. */
  graphDown: Down;
  /** Form of Retry-After on 429 and 503 (§4). */
  retryAfter: 'integer' | 'fractional' | 'date' | 'none';
  /** Requests per window, per app and tenant (§4). */
  presenceRequests: number;
  presenceWindowMs: number;
  subscriptionWrites: number;
  subscriptionRequests: number;
  subscriptionWindowMs: number;
  /** Resource units per 10 s; null: by size of the tenant. */
  directoryUnits: number | null;

  // --- users
  /** Origin of nextLink and deltaLink: the simulator's own, Graph's real one, or any (hostile) one. */
  linkOrigin: 'own' | 'graph' | `http://${string}` | `https://${string}`;
  /** Items on a page where the request names none. */
  usersPageSize: number;
  deltaPageSize: number;
  /** Delta repeats each changed object on the following page (§2.7: same object several times). */
  deltaRepeats: boolean;
  /** The next so many delta requests with a token answer 410. */
  deltaGone: number;

  // --- presence
  /** How our own session Busy/InACall is shown: as is, as Busy/Busy, or either (§1.5). */
  echo: 'same' | 'busy' | 'mixed';
  /** Preferred presence in a national cloud, where pages and CSDL disagree (§3.6): the status it is refused with. */
  preferredRefused: false | 400 | 404 | 405 | 501;

  // --- subscriptions
  /** Answer to a second presence subscription of the same user and app (§2.1, undocumented). */
  secondSubscription: 409 | 403 | 'replace';
  /** Ids that do not exist: 500 that lists them (§2.8), or taken silently. */
  unknownIds: 500 | 'accept';
  /** Ids of users whom a subscription must not name: 500 that lists them, though they exist (§2.8). */
  unsubscribable: readonly string[];
  /** Creating within this time after a delete answers 500 (§2.8). */
  createAfterDeleteMs: number;
  /** Whom it names meanwhile: all that are asked for, or those of the deleted one. */
  namedAfterDelete: 'all' | 'former';
  /** The subscribing account needs a Teams plan (§8.9, as the original says). */
  subscriberNeedsPlan: boolean;
  /** Refuse includeResourceData with 400. */
  refuseRich: boolean;
  handshakeTimeoutMs: number;

  // --- notifications
  /** Time from change to first delivery, plus up to jitterMs. */
  latencyMs: number;
  jitterMs: number;
  /** Largest number of items in one POST. */
  itemsPerPost: number;
  /** Probability that an item is lost, or sent twice. */
  lose: number;
  duplicate: number;
  /** Items overtake each other. */
  reorder: boolean;
  /** Nothing is delivered for any subscription, which all stay alive (§2.8). */
  silent: boolean;
  deliveryTimeoutMs: number;
  /** Scale of the retry delays 10 s, 20 s, 40 s …, and of the 4 hours after which Graph gives up. */
  retryScale: number;
  /** Properties in the decrypted presence: as the page's sample, or all (§2.1, §8.3). */
  richPayload: 'sample' | 'all';
  /** Form of validationTokens: appid with sts.windows.net, or azp with the v2 issuer (§2.5). */
  validationTokenForm: 'v1' | 'v2';
  /** What is wrong with validationTokens. */
  validationTokenFault:
    | 'none'
    | 'signature'
    | 'audience'
    | 'issuer'
    | 'expired'
    | 'publisher'
    | 'missing';
  /** What is wrong with an item. */
  itemFault: 'none' | 'dataSignature' | 'clientState' | 'certificateId' | 'tenant';
}

export const defaultKnobs: Readonly<Knobs> = {
  accessTokenMinutes: [60, 90],
  refreshTokenDays: 90,
  lockoutAfter: 10,
  lockoutMs: 60_000,
  deviceCodeSeconds: 900,
  devicePollSeconds: 5,
  loginDown: false,
  graphDown: false,
  retryAfter: 'integer',
  presenceRequests: 1500,
  presenceWindowMs: 30_000,
  subscriptionWrites: 1000,
  subscriptionRequests: 5000,
  subscriptionWindowMs: 20_000,
  directoryUnits: null,
  linkOrigin: 'own',
  usersPageSize: 100,
  deltaPageSize: 200,
  deltaRepeats: false,
  deltaGone: 0,
  echo: 'same',
  preferredRefused: false,
  secondSubscription: 409,
  unknownIds: 500,
  unsubscribable: [],
  createAfterDeleteMs: 0,
  namedAfterDelete: 'all',
  subscriberNeedsPlan: true,
  refuseRich: false,
  handshakeTimeoutMs: 10_000,
  latencyMs: 50,
  jitterMs: 30,
  itemsPerPost: 20,
  lose: 0,
  duplicate: 0,
  reorder: false,
  silent: false,
  deliveryTimeoutMs: 10_000,
  retryScale: 1,
  richPayload: 'sample',
  validationTokenForm: 'v1',
  validationTokenFault: 'none',
  itemFault: 'none',
};

/** Changes knobs in place; an unknown name is an error, so that no test turns a knob that is not there. */
export function turnKnobs(knobs: Knobs, change: Partial<Knobs>): void {
  for (const name of Object.keys(change)) {
    if (!(name in defaultKnobs)) throw new Error(`There is no knob called "${name}".`);
  }
  Object.assign(knobs, change);
}
