/** PresenceState and PresenceUpdate (facts §2): tells every subscription of a connection what is true. */
import { indication } from './messages.ts';
import { type ApiContext, holds, viewOf } from './node.ts';
import { listFor } from './presence-model.ts';
import type { Subscription, Subscriptions } from './subscriptions.ts';
import { emailOf, type PbxUser } from './users.ts';

/** Begins, feeds and ends subscriptions. */
export interface PresencePush {
  begin(guid: string, src: string | undefined): void;
  end(subscription: Subscription): void;
  close(): void;
}

/** Pushes on one connection, from changes of presence, rights and directory. */
export function createPresencePush(
  context: ApiContext,
  subscriptions: Subscriptions,
): PresencePush {
  const { node, app } = context;

  function refresh(subscription: Subscription): void {
    const user = node.directory.byGuid(subscription.guid);
    const view = user && holds(node, user) ? viewOf(node, user, app) : undefined;
    pending(subscription, user !== undefined && !view);
    if (!user || !view) {
      const say = node.knobs.invisible === 'down' || subscription.up === true;
      if (say && subscription.up !== false) sendState(subscription, user, false);
      subscription.sent = '';
      return;
    }
    if (subscription.up !== true) sendState(subscription, user, true);
    const presence = listFor(node.presence.get(user.guid), view);
    const text = JSON.stringify(presence);
    if (text === subscription.sent && !node.knobs.updateWhenEqual) return;
    subscription.sent = text;
    context.send(indication('PbxApi', 'PresenceUpdate', subscription.src, { presence }));
  }

  function sendState(subscription: Subscription, user: PbxUser | undefined, up: boolean): void {
    subscription.up = up;
    const email = user && emailOf(user, node.domain);
    const about = user && {
      sip: user.h323,
      ...(user.e164 ? { num: user.e164 } : {}),
      dn: user.dn ?? user.cn,
      ...(email ? { email } : {}),
    };
    context.send(indication('PbxApi', 'PresenceState', subscription.src, { up, ...about }));
  }

  function pending(subscription: Subscription, unallowed: boolean): void {
    if (unallowed === subscription.unallowed) return;
    subscription.unallowed = unallowed;
    if (unallowed) node.unallowed.add(subscription.guid, app.h323);
    else node.unallowed.remove(subscription.guid, app.h323);
  }

  function refreshUser(guid: string): void {
    for (const subscription of subscriptions.ofUser(guid)) refresh(subscription);
  }
  const stops = [
    node.presence.changes.on(({ guid }) => refreshUser(guid)),
    node.directory.changes.on(({ user }) => refreshUser(user.guid)),
  ];

  return {
    begin(guid, src) {
      const subscription = { src, guid, up: undefined, unallowed: false, sent: '' };
      subscriptions.add(subscription);
      refresh(subscription);
    },
    end(subscription) {
      pending(subscription, false);
      subscriptions.remove(subscription);
    },
    close() {
      for (const stop of stops) stop();
      for (const subscription of subscriptions.all()) pending(subscription, false);
    },
  };
}
