/** The control over HTTP: the same as the library's, as JSON below /control, for hands and other programs. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { turnKnobs } from './knobs.ts';
import type { Pbx, PresenceEvent, UserPatch } from './pbx.ts';
import type { UserControl } from './user-control.ts';
import type { UserInput } from './users.ts';

type Body = Record<string, unknown>;
type Entry = PresenceEvent & { seq: number };

/** How many presence events a poller may be behind. */
const FEED_LIMIT = 10_000;

/** Answers requests below /control. */
export function createControl(pbx: Pbx): RequestListener {
  const feed: Entry[] = [];
  const streams = new Set<ServerResponse>();
  let seq = 0;
  pbx.on('presence', (event) => {
    const entry = { seq: ++seq, ...event };
    feed.push(entry);
    if (feed.length > FEED_LIMIT) feed.splice(0, FEED_LIMIT / 10);
    for (const stream of streams) stream.write(sse(entry));
  });

  function stream(response: ServerResponse, since: number): void {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': presence of every user, as it changes\n\n');
    for (const entry of feed) if (entry.seq > since) response.write(sse(entry));
    streams.add(response);
    response.on('close', () => streams.delete(response));
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', pbx.origin);
    const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
    if (path.shift() !== 'control') return reply(response, 404, { error: 'see /control' });
    const since = Number(url.searchParams.get('since') ?? 0);
    const wantsStream = request.headers.accept?.includes('text/event-stream');
    if (path[0] === 'events' && wantsStream) return stream(response, since);
    const body = request.method === 'GET' ? {} : await read(request);
    const result =
      path[0] === 'events'
        ? { items: feed.filter((entry) => entry.seq > since), seq }
        : await act(pbx, `${request.method} ${path[0] ?? ''}`, path.slice(1), body, since);
    if (result === undefined) reply(response, 404, { error: 'no such thing' });
    else reply(response, 200, result);
  }

  return (request, response) => {
    answer(request, response).catch((error: Error) =>
      reply(response, /^no user/.test(error.message) ? 404 : 400, { error: error.message }),
    );
  };
}

async function act(
  pbx: Pbx,
  what: string,
  path: string[],
  body: Body,
  since: number,
): Promise<unknown> {
  const done = { ok: true };
  switch (what) {
    case 'GET ':
      return summary(pbx);
    case 'GET users':
      return path[0] ? about(pbx.user(path[0])) : { items: pbx.users().map(line(pbx)) };
    case 'POST users':
      if (path[0]) return onUser(pbx, path[0], path[1] ?? '', body);
      return about(pbx.addUser(body as unknown as UserInput));
    case 'PATCH users':
      pbx.updateUser(path[0] ?? '', body as UserPatch);
      return done;
    case 'PUT users':
      if (path[1] !== 'rights') return undefined;
      pbx.setRights(path[0] ?? '', body['none'] === true ? null : body);
      return done;
    case 'DELETE users':
      if (path[1] === 'call') pbx.user(path[0] ?? '').hangUp();
      else pbx.removeUser(path[0] ?? '');
      return done;
    case 'PATCH knobs':
      turnKnobs(pbx.knobs, body);
      return pbx.knobs;
    case 'GET messages':
      return { items: pbx.messages.filter(({ at }) => at >= since) };
    case 'GET violations':
      return { items: pbx.violations };
    case 'DELETE records':
      pbx.clearRecords();
      return done;
    case 'POST reboot':
      await pbx.reboot({
        forgetPresence: body['forgetPresence'] === true,
        downMs: Number(body['downMs'] ?? 0),
      });
      return done;
    case 'POST cut':
      pbx.cut();
      return done;
    case 'POST hold':
      pbx.hold();
      return done;
    case 'POST release':
      pbx.release();
      return done;
    case 'POST half-open':
      pbx.halfOpen();
      return done;
    case 'POST dial':
      return { url: pbx.dial(String(body['url']), { redialMs: 1000 }).url };
    default:
      return undefined;
  }
}

function onUser(pbx: Pbx, who: string, what: string, body: Body): unknown {
  const user = pbx.user(who);
  const activity = String(body['activity'] ?? '');
  const note = String(body['note'] ?? '');
  if (what === 'presence')
    user.setItem({ contact: String(body['contact'] ?? 'tel:'), activity, note });
  else if (what === 'call') return { id: user.call(body).id };
  else return undefined;
  return about(user);
}

function summary(pbx: Pbx): unknown {
  const { name, domain, url, secureUrl, app, knobs } = pbx;
  return {
    ...{ name, domain, url, secureUrl, app, knobs },
    users: pbx.users().length,
    sessions: pbx.sessions(),
    violations: pbx.violations.length,
  };
}

function line(pbx: Pbx): (user: { guid: string; h323: string; cn: string }) => unknown {
  return ({ guid, h323, cn }) => {
    const user = pbx.user(guid);
    const [activity, manual, onThePhone] = [user.activity(), user.manual(), user.onThePhone()];
    return { h323, cn, guid, activity, manual, onThePhone };
  };
}

function about(user: UserControl): unknown {
  const [items, calls, history] = [user.items(), user.calls(), user.history()];
  return { ...user.row(), activity: user.activity(), manual: user.manual(), items, calls, history };
}

async function read(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Body);
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}

function sse(entry: Entry): string {
  return `id: ${entry.seq}\nevent: presence\ndata: ${JSON.stringify(entry)}\n\n`;
}
