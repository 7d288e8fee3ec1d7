/** PbxApi, as far as presence goes (facts §2): requests in, results out; the pushes are presence-push's. */
import { checkFields, type Fields } from './fields.ts';
import { errorMessage, failed, type Message, result } from './messages.ts';
import { type Api, type ApiContext, holds, viewOf } from './node.ts';
import { setItem } from './presence-model.ts';
import { createPresencePush } from './presence-push.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { PbxUser } from './users.ts';

const requests: Record<string, Fields> = {
  SubscribePresence: { sip: 'string', num: 'string' },
  UnsubscribePresence: { sip: 'string', num: 'string' },
  SetPresence: {
    sip: 'string',
    guid: 'string',
    contact: 'string',
    activity: 'string',
    note: 'string',
  },
  GetNodeInfo: {},
};

const nodeInfo = {
  name: 'root',
  prefix_intl: '000',
  prefix_ntl: '00',
  prefix_subs: '0',
  country_code: '49',
};

/** PbxApi on one connection. */
export function createPresenceApi(context: ApiContext): Api {
  const { node, app } = context;
  const subscriptions = createSubscriptions();
  const push = createPresencePush(context, subscriptions);

  function find(by: Message): PbxUser | undefined {
    const { sip, num, guid } = by;
    let user: PbxUser | undefined;
    if (typeof guid === 'string') user = node.directory.byGuid(guid);
    else if (typeof sip === 'string') user = node.directory.bySip(sip);
    else if (typeof num === 'string') user = node.directory.byNumber(num);
    return user && holds(node, user) ? user : undefined;
  }

  function subscribe(request: Message): void {
    if ('sip' in request === 'num' in request) {
      context.violation('wrong-address', 'SubscribePresence needs sip or num');
      context.send(failed(request, 2, 'Either sip or num'));
      return;
    }
    const user = find(request);
    if (!user) {
      context.send(failed(request, 1, 'No such user'));
      return;
    }
    if (!viewOf(node, user, app) && node.knobs.invisible === 'error') {
      context.send(failed(request, 4, 'Not allowed'));
      return;
    }
    for (const old of subscriptions.ofSrc(request.src)) {
      // The same subscription again starts it anew; one src for two users could not be told apart.
      if (old.guid === user.guid) push.end(old);
      else context.violation('src-in-use', `${request.src} is another user's subscription`);
    }
    context.send(result(request));
    push.begin(user.guid, request.src);
  }

  function unsubscribe(request: Message): void {
    const user = find(request);
    const ofUser = user ? subscriptions.ofUser(user.guid) : [];
    const choices = [
      ofUser.filter(({ src }) => src === request.src),
      ofUser,
      user ? [] : subscriptions.ofSrc(request.src),
    ];
    const ended = choices.find((found) => found.length > 0) ?? [];
    if (ended.length === 0)
      context.violation('not-subscribed', request.src ?? String(request['sip'] ?? request['num']));
    for (const entry of [...ended]) push.end(entry);
    context.send(result(request));
  }

  function setPresence(request: Message): void {
    const contact = String(request['contact'] ?? 'tel:');
    const activity = String(request['activity'] ?? '');
    const note = String(request['note'] ?? '');
    const user = find(request);
    const refusal = user ? refuses(contact, activity) : 'No such user';
    node.records.set({
      session: context.session,
      h323: user?.h323 ?? String(request['sip'] ?? ''),
      guid: user?.guid ?? String(request['guid'] ?? ''),
      ...{ contact, activity, note },
      ok: refusal === undefined,
    });
    if (!user) {
      context.send(failed(request, 1, 'No such user'));
      return;
    }
    if (refusal) {
      context.send(failed(request, 5, refusal));
      return;
    }
    const set = () =>
      node.presence.change(user.guid, 'api', (presence) =>
        setItem(presence, { contact, activity, note }, node.knobs.emptyActivity),
      );
    if (node.knobs.updateBeforeResult) set();
    context.send(result(request));
    if (!node.knobs.updateBeforeResult) set();
  }

  function refuses(contact: string, activity: string): string | undefined {
    if (node.knobs.refusedActivities.includes(activity)) return `Activity ${activity} refused`;
    if (!/^[a-z][a-z0-9+.-]*:/i.test(contact)) {
      context.violation('bad-contact', contact);
      return 'Contact is not a URI';
    }
    if (contact === 'im:') {
      context.violation('im-contact', 'the im: item is made by the PBX');
      return 'Contact is made by the PBX';
    }
    return undefined;
  }

  return {
    handle(request) {
      const fields = requests[request.mt];
      if (!fields) {
        context.violation('unknown-mt', `PbxApi ${request.mt}`);
        return context.send(errorMessage(`unknown mt ${request.mt}`, request));
      }
      const { unknown, wrong } = checkFields(request, fields);
      if (unknown.length > 0) context.violation('unknown-field', `${request.mt}: ${unknown}`);
      if (wrong.length > 0) {
        context.violation('wrong-type', `${request.mt}: ${wrong}`);
        return context.send(failed(request, 2, 'Invalid request'));
      }
      if (request.mt === 'SubscribePresence') subscribe(request);
      else if (request.mt === 'UnsubscribePresence') unsubscribe(request);
      else if (request.mt === 'SetPresence') setPresence(request);
      else context.send(result(request, nodeInfo));
    },
    close: push.close,
  };
}
