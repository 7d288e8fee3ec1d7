// Which items of a notification are Microsoft's, and ours. Everything here is stateless: what does not
// pass never reaches an object.
import type { ConnectorName } from '../../shared/ids.ts';
import { type ClientState, verifyClientState } from '../graph/client-state.ts';
import { type Cloud, cloudAddresses } from '../graph/clouds.ts';
import { loginKeys } from '../graph/login-keys.ts';
import type { ChangeItem, LifecycleItem, Notification } from '../graph/notification.ts';
import { ProvenTokens } from '../graph/proven-tokens.ts';
import { verifyValidationTokens } from '../graph/validation-token.ts';
import { keysUnavailable, type SigningKeys, signingKeys } from '../signing-keys.ts';
import type { Edge } from './deps.ts';
import type { CheckedBy } from './recent-records.ts';

/** An item, with whose subscription it is for. */
export type Ours<T> = T & ClientState;
export type RichItem = ChangeItem & { encrypted: NonNullable<ChangeItem['encrypted']> };

export interface Proven {
  /** Items with data. */
  rich: Ours<RichItem>[];
  /** Items of subscriptions that send none. */
  basic: Ours<ChangeItem>[];
  lifecycle: Ours<LifecycleItem>[];
  /** Why the rest was dropped, for the log. */
  dropped: { reason: string; count: number }[];
}

/**
 * For all that a notification waits for Microsoft's keys, in ms. An address that answers more slowly than 3 s
 * too often is left out for minutes (facts: graph §2.3); a 503 in time is only sent again.
 */
const PATIENCE_MS = 2_000;

export type ProveNotification = (
  connector: ConnectorName,
  by: Pick<CheckedBy, 'reading' | 'cloud'>,
  notification: Notification,
) => Promise<Proven>;

/** Keeps Microsoft's signing keys, and the tokens that they signed, for as long as the isolate lives. */
export function proveNotification(edge: Edge): ProveNotification {
  const keysOf = new Map<Cloud, SigningKeys>();
  const tokens = new ProvenTokens();
  const keysFor = (cloud: Cloud): SigningKeys => {
    const { env, keptKeys, ...rest } = edge;
    const { loginOrigin } = env;
    const kept = keptKeys(loginOrigin ?? cloudAddresses(cloud).login);
    const publish = () => loginKeys({ cloud, loginOrigin, ...rest });
    const keys = keysOf.get(cloud) ?? signingKeys(publish, { kept, ...rest });
    keysOf.set(cloud, keys);
    return keys;
  };

  return async (connector, { reading, cloud }, notification) => {
    if (!reading) return nothing('not-subscribing', notification);
    const expected = { ...reading, tenantId: reading.tenantId.toLowerCase() };
    const stated = await withOurState(edge, connector, expected.tenantId, notification);
    const rich = stated.changes.filter(isRich);
    const basic = stated.changes.filter(isBasic);
    const { lifecycle } = stated;
    const dropped = [
      { reason: 'unreadable', count: notification.unreadable },
      { reason: 'client-state', count: stated.foreign },
      { reason: 'not-rich', count: stated.changes.length - rich.length - basic.length },
    ];
    const proven = { rich, basic, lifecycle, dropped };
    if (rich.length + basic.length + lifecycle.length === 0) return proven;

    // Items without data may come without tokens; where there are any, they have to be good.
    if (rich.length > 0 || notification.validationTokens.length > 0) {
      const { validationTokens } = notification;
      const wanted = { ...expected, cloud, now: edge.now() };
      const verdict = await patiently(keysFor(cloud), (keys) =>
        verifyValidationTokens(validationTokens, wanted, keys, tokens),
      );
      if (!verdict.ok) return nothing(`validation-token-${verdict.why}`, notification);
    }
    return proven;
  };
}

/**
 * Gives `work` the keys, for which it waits so long altogether and no longer. What is in hand is there at once, and
 * no timer is set for it: that would be a tenth of what a notification costs.
 * @throws AppError `login-unavailable` where it takes too long, besides what `work` throws
 */
async function patiently<T>(
  keys: SigningKeys,
  work: (keys: SigningKeys) => Promise<T>,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let late: Promise<never> | undefined;
  const inTime = <R>(waited: Promise<R>): Promise<R> => {
    late ??= new Promise<never>((_, fail) => {
      const detail = `The login has not answered for its keys within ${PATIENCE_MS} ms.`;
      timer = setTimeout(() => fail(keysUnavailable(detail)), PATIENCE_MS);
    });
    return Promise.race([waited, late]);
  };
  try {
    return await work({
      inHand: (kid) => keys.inHand(kid),
      find: (kid) => inTime(keys.find(kid)),
      timeThere: () => inTime(keys.timeThere()),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** A subscription created with resource data gets rich items only. */
const isRich = (item: Ours<ChangeItem>): item is Ours<RichItem> =>
  item.kind === 'rich' && item.encrypted !== null;
/** One created without gets no others: nobody encrypts for us there. */
const isBasic = (item: Ours<ChangeItem>): boolean =>
  item.kind !== 'rich' && item.encrypted === null;

/** A clientState of ours on an item from another tenant was copied there. */
async function withOurState(
  edge: Edge,
  connector: ConnectorName,
  tenantId: string,
  notification: Notification,
) {
  type Stated = { clientState: string; tenantId: string };
  // Items of one subscription carry the same: it is opened once.
  const read = new Map<string, Promise<ClientState | null>>();
  const stateIn = (text: string): Promise<ClientState | null> => {
    const state = read.get(text) ?? verifyClientState(edge.keyring, connector, text);
    read.set(text, state);
    return state;
  };
  const ours = async <T extends Stated>(items: T[]): Promise<Ours<T>[]> => {
    const kept: Ours<T>[] = [];
    for (const item of items) {
      if (item.tenantId !== tenantId) continue;
      const state = await stateIn(item.clientState);
      if (!state) continue;
      kept.push({ ...item, ...state });
    }
    return kept;
  };
  const changes = await ours(notification.changes);
  const lifecycle = await ours(notification.lifecycle);
  const given = notification.changes.length + notification.lifecycle.length;
  return { changes, lifecycle, foreign: given - changes.length - lifecycle.length };
}

const nothing = (reason: string, { changes, lifecycle, unreadable }: Notification): Proven => ({
  rich: [],
  basic: [],
  lifecycle: [],
  dropped: [{ reason, count: changes.length + lifecycle.length + unreadable }],
});
