// What happens, as it happens: `status` with all lamps, `user` with one user, and `users` where so many
// changed, or may have in a gap, that the list is better read again.
import type { Hono } from 'hono';
import type { ConnectorName } from '../../../shared/ids.ts';
import { type Language, languageOf } from '../../../shared/texts/language.ts';
import { LISTENER_HEADER, type News, type Who } from '../../connector/rpc.ts';
import { connectorOf, type HttpEnv, unknownConnector } from '../context.ts';
import type { Edge } from '../deps.ts';
import { eventStream, type SentEvent } from '../event-stream.ts';
import { Refused } from '../problem.ts';
import { resource } from '../resource.ts';
import { lampView } from './status.ts';

const HEADERS = {
  'content-type': 'text/event-stream',
  // nginx would gather events before it passes them on.
  'x-accel-buffering': 'no',
};

export function eventsRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/events',
    resource({
      GET: async (c) => {
        if (c.req.method === 'HEAD') return new Response(null, { headers: HEADERS });
        const language = languageOf(c.req.header('accept-language'));
        const wasHere = c.req.header('last-event-id') !== undefined;
        const stream = eventStream({
          socket: await listen(edge, connectorOf(c), c.get('signedIn').who),
          translate: (news) => eventsOf(news, language),
          afterGap: wasHere ? [{ event: 'users', data: { changed: null } }] : [],
          now: edge.now,
        });
        return new Response(stream, { headers: HEADERS });
      },
    }),
  );
}

/** A socket to the object; throws `Refused` where it takes no more listeners. */
async function listen(edge: Edge, connector: ConnectorName, who: Who): Promise<WebSocket> {
  const headers = { upgrade: 'websocket', [LISTENER_HEADER]: encodeURIComponent(who) };
  const { status, webSocket } = await edge
    .connector(connector)
    .fetch(new Request('https://object.invalid/events', { headers }));
  if (webSocket) return webSocket;
  if (status === 404) throw unknownConnector();
  if (status === 503) {
    throw new Refused('unavailable', 'Too many pages listen to this connector already.', {
      headers: { 'retry-after': '30' },
    });
  }
  throw new Error(`The object answered ${status} to a listener.`);
}

function eventsOf(news: News, language: Language): SentEvent[] {
  if ('status' in news) {
    return [{ event: 'status', data: news.status.map((lamp) => lampView(lamp, language)) }];
  }
  if ('users' in news) return news.users.map((user) => ({ event: 'user', data: user }));
  return [{ event: 'users', data: { changed: news.others } }];
}
