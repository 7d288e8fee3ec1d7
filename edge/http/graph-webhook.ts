// What Microsoft calls: the handshake of a new subscription, notifications and lifecycle events. It
// refuses to know what a presence means; it finds out what is genuine and hands that on.
import type { Hono } from 'hono';
import * as z from 'zod';
import type { ConnectorName } from '../../shared/ids.ts';
import { late } from '../../shared/late.ts';
import type { Observation } from '../connector/rpc.ts';
import { decryptItem } from '../graph/decrypt.ts';
import { type Notification, readNotification } from '../graph/notification.ts';
import { fitting, invalid, jsonOf } from './body.ts';
import { connectorOf, type HttpEnv, type RequestContext } from './context.ts';
import { DecryptionBudget } from './decryption-budget.ts';
import { decryptionKeys, type KeyOf } from './decryption-keys.ts';
import type { Edge } from './deps.ts';
import { knownConnector } from './known-connector.ts';
import { type Ours, type Proven, proveNotification, type RichItem } from './notification-proof.ts';
import { Refused, unwrap } from './problem.ts';
import { type CheckedBy, RecentRecords } from './recent-records.ts';
import { resource } from './resource.ts';

/** Microsoft's tokens are far shorter; what is echoed has to end somewhere. */
const LONGEST_HANDSHAKE = 2048;

const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8' };

/** What has to be so for Microsoft to have sent it; the rest is read leniently, item by item. */
const envelope = late(() =>
  z.object({
    value: z.array(z.looseObject({})),
    validationTokens: z.array(z.string()).nullish(),
  }),
);

export function webhookRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  const prove = proveNotification(edge);
  const keys = decryptionKeys(edge);
  const records = new RecentRecords(edge);
  const budget = new DecryptionBudget(edge.now);

  /** What of it is genuine, and what that was found by. */
  async function proven(
    connector: ConnectorName,
    by: CheckedBy,
    notification: Notification,
  ): Promise<Proven & { by: CheckedBy }> {
    const found = await prove(connector, by, notification);
    if (by.isOfNow || isLetIn(found)) return { ...found, by };
    const ofNow = await records.anew(connector);
    // Where what decides is the same, so is what comes of it.
    if (decideAlike(by, ofNow)) return { ...found, by: ofNow };
    return proven(connector, ofNow, notification);
  }

  async function take(
    connector: ConnectorName,
    checkedBy: CheckedBy,
    notification: Notification,
  ): Promise<void> {
    const genuine = await proven(connector, checkedBy, notification);
    const { by, rich, basic, lifecycle, dropped } = genuine;
    for (const { reason, count } of dropped) {
      if (count > 0) edge.log('warn', 'notifications-dropped', { connector, reason, count });
    }
    const within = budget.take(connector, rich.length);
    const keyOf = keys(connector, by.decryptionKeys);
    const { observations, closed } = await opened(rich.slice(0, within), keyOf);
    if (closed.length > 0) {
      edge.log('warn', 'notifications-not-opened', { connector, count: closed.length });
    }
    // Of what is not decrypted only is known that it changed: the object reads it.
    const hints = [...basic, ...closed, ...rich.slice(within)];
    const object = () => edge.connector(connector);
    // Awaited: 202 says that it is stored, and anything else makes Microsoft send it again.
    if (observations.length > 0) unwrap(await object().observe(observations));
    if (hints.length > 0) {
      const told = hints.map((item) => ({ ...originOf(item), userId: item.userId }));
      unwrap(await object().hint(told));
    }
    if (lifecycle.length > 0) {
      const told = lifecycle.map((item) => ({ ...originOf(item), event: item.event }));
      unwrap(await object().lifecycle(told));
    }
  }

  app.use('/subscriptions', knownConnector(edge, 'POST'));
  app.all(
    '/subscriptions',
    resource({
      GET: (c) => reachable(connectorOf(c)),
      POST: async (c) => {
        const connector = connectorOf(c);
        const token = new URL(c.req.url).searchParams.get('validationToken');
        if (token !== null) {
          await records.anew(connector);
          return handshake(token);
        }
        await take(connector, await records.lately(connector), notificationOf(c));
        return new Response(null, { status: 202 });
      },
    }),
  );
}

const isLetIn = ({ rich, basic, lifecycle, dropped }: Proven): boolean =>
  rich.length + basic.length + lifecycle.length > 0 && dropped.every(({ count }) => count === 0);

const decideAlike = (one: CheckedBy, other: CheckedBy): boolean =>
  JSON.stringify([one.reading, one.cloud]) === JSON.stringify([other.reading, other.cloud]);

/** The decoded token, as it is: Microsoft creates nothing where it does not come back. */
function handshake(token: string): Response {
  const harmless = token !== '' && token.length <= LONGEST_HANDSHAKE && !/[<>]/.test(token);
  if (harmless) return new Response(token, { headers: PLAIN_TEXT });
  throw new Refused('bad-request', 'This is not a validation token of Microsoft.');
}

const reachable = (connector: ConnectorName): Response =>
  new Response(`The notification URL of ${connector} can be reached.\n`, { headers: PLAIN_TEXT });

function notificationOf(c: RequestContext): Notification {
  const json = jsonOf(c);
  fitting(envelope(), json);
  const notification = readNotification(json);
  if (notification) return notification;
  throw invalid([{ path: '', message: 'Must be a change notification collection.' }]);
}

const originOf = ({
  accountId,
  generation,
  subscriptionId,
  kind,
}: Ours<{ subscriptionId: string }>) => ({
  accountId,
  generation,
  subscriptionId,
  about: kind === 'users' ? ('users' as const) : ('presence' as const),
});

/** What the items say; `closed`: those that no key of ours opens, or that say something else inside. */
async function opened(
  items: Ours<RichItem>[],
  keyOf: KeyOf,
): Promise<{ observations: Observation[]; closed: Ours<RichItem>[] }> {
  const observations: Observation[] = [];
  const closed: Ours<RichItem>[] = [];
  for (const item of items) {
    const { accountId, generation, subscriptionId, userId, encrypted } = item;
    const key = await keyOf(encrypted.encryptionCertificateId);
    const reading = key && (await decryptItem(encrypted, key));
    // What is outside the encryption can be changed by anyone who holds an old item.
    if (reading?.userId !== userId) {
      closed.push(item);
      continue;
    }
    const { presence, sequence } = reading;
    observations.push({
      accountId,
      generation,
      subscriptionId,
      userId,
      presence,
      ...(sequence === undefined ? {} : { sequence }),
    });
  }
  return { observations, closed };
}
