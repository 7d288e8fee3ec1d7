import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LISTENER_HEADER, type News, type UserView } from '../../../edge/connector/rpc.ts';
import type { Lamp } from '../../../shared/lamps.ts';
import { ADMIN_TOKEN, bed, KNOWN, NOW, OTHER, problemOf } from './bed.ts';

const LAMP: Lamp = {
  id: 'agent',
  state: 'error',
  since: NOW,
  code: 'agent-not-enrolled',
  params: {},
};
const USER: UserView = {
  state: 'unmatched',
  pbx: {
    guid: 'ab',
    cn: 'Zoë\nÄlone',
    sip: 'zoe',
    number: null,
    activity: null,
    onThePhone: false,
    at: null,
  },
};

interface Sent {
  id?: string;
  event?: string;
  data?: unknown;
  retry?: string;
  comment?: string;
}

/** What a browser makes of the text: one entry a block. */
const blocks = (text: string): Sent[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const fields: Record<string, unknown> = {};
      for (const line of block.split('\n')) {
        const [, name = '', value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
        fields[name === '' ? 'comment' : name] = name === 'data' ? JSON.parse(value) : value;
      }
      return fields;
    });

/** A page that listens to the known connector, whose object is a socket in the test's hand. */
async function listening(headers: Record<string, string> = {}) {
  const { 0: client, 1: object } = new WebSocketPair();
  object.accept();
  const closed = new Promise<number>((resolve) => {
    object.addEventListener('close', ({ code }) => resolve(code));
  });
  const asked: Request[] = [];
  const edge = bed({
    answers: {
      fetch: (request: Request) => {
        asked.push(request);
        return new Response(null, { status: 101, webSocket: client });
      },
    },
  });
  const answer = await edge.admin('GET', '/api/events', undefined, headers);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    answer,
    asked,
    closed,
    object,
    say: (news: News) => object.send(JSON.stringify(news)),
    /** Reads until so many blocks have come. */
    async read(count: number): Promise<Sent[]> {
      while (blocks(text).length < count || !text.endsWith('\n\n')) {
        const { value, done } = await reader.read();
        if (done) break;
        text += value;
      }
      return blocks(text);
    },
    /** Reads to the end. */
    async rest(): Promise<Sent[]> {
      return this.read(Number.POSITIVE_INFINITY);
    },
    leave: () => reader.cancel(),
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the stream of events', () => {
  it('is one that no cache keeps and no proxy holds back', async () => {
    const { answer } = await listening();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
  });

  it('begins with all lamps, in the language of whoever listens', async () => {
    const page = await listening({ 'accept-language': 'de' });
    page.say({ status: [LAMP] });
    const [first, second, ...more] = await page.read(2);
    expect(first).toEqual({ retry: '1000' });
    expect(second?.event).toBe('status');
    expect(second?.data).toMatchObject([
      { id: 'agent', state: 'error', since: '2026-11-23T12:00:00.000Z' },
    ]);
    expect(JSON.stringify(second)).toContain('kein Agent');
    expect(more).toEqual([]);
  });

  it('tells each user as one event, whatever is in their name', async () => {
    const page = await listening();
    page.say({ users: [USER, USER] });
    const [, ...users] = await page.read(3);
    expect(users).toMatchObject([
      { event: 'user', data: USER },
      { event: 'user', data: USER },
    ]);
    expect(new Set(users.map(({ id }) => id)).size).toBe(2);
  });

  it('says that the list is to be read again where too many changed', async () => {
    const page = await listening();
    page.say({ others: 150 });
    expect((await page.read(2)).at(-1)).toMatchObject({ event: 'users', data: { changed: 150 } });
  });

  it('says so too after a gap, behind the lamps', async () => {
    const page = await listening({ 'last-event-id': `${NOW}-7` });
    page.say({ status: [LAMP] });
    page.say({ status: [LAMP] });
    const [, ...events] = await page.read(4);
    expect(events.map(({ event }) => event)).toEqual(['status', 'users', 'status']);
    expect(events[1]?.data).toEqual({ changed: null });
  });

  it('gives a sign of life while nothing happens', async () => {
    const page = await listening();
    await vi.advanceTimersByTimeAsync(40_000);
    const [, ...beats] = await page.read(3);
    expect(beats.map(({ comment }) => comment)).toEqual(['still here', 'still here']);
  });

  it('ends after 5 minutes, and hangs up at the object', async () => {
    const page = await listening();
    page.say({ status: [LAMP] });
    await page.read(2);
    await vi.advanceTimersByTimeAsync(5 * 60_000 - 1);
    page.say({ others: 3 });
    await vi.advanceTimersByTimeAsync(1);
    expect((await page.rest()).at(1)?.event).toBe('status');
    expect(await page.closed).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends with the socket to the object', async () => {
    const page = await listening();
    page.object.close(1001, 'revoked');
    await page.rest();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when the client goes', async () => {
    const page = await listening();
    await page.leave();
    expect(await page.closed).toBe(1000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not grow for a client that does not read', async () => {
    const page = await listening();
    const users = Array.from({ length: 5_000 }, () => USER);
    page.say({ users });
    page.say({ users });
    page.say({ users });
    expect(await page.closed).toBe(1000);
  });
});

describe('who may listen', () => {
  it('says to the object who listens, and nothing that the client said', async () => {
    const page = await listening({ [LISTENER_HEADER]: 'access:boss', 'x-agent-id': 'a' });
    const headers = Object.fromEntries(page.asked[0]?.headers ?? []);
    expect(headers).toEqual({ upgrade: 'websocket', [LISTENER_HEADER]: 'operator' });
  });

  it('a browser with its cookie', async () => {
    const edge = bed({ answers: { fetch: () => new Response(null, { status: 503 }) } });
    const body = JSON.stringify({ token: ADMIN_TOKEN });
    const opened = await edge.fetch(`/${KNOWN}/api/session`, { method: 'POST', body });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const answer = await edge.fetch(`/${KNOWN}/api/events`, { headers: { cookie } });
    expect(answer.status).toBe(503);
    expect((await edge.fetch(`/${OTHER}/api/events`, { headers: { cookie } })).status).toBe(403);
    expect((await edge.fetch(`/${KNOWN}/api/events`)).status).toBe(401);
  });

  it.each([
    [404, 404, 'connector-unknown'],
    [503, 503, 'unavailable'],
    [418, 500, 'internal'],
  ])('an object that answers %d is told as %d', async (status, http, code) => {
    const { admin } = bed({ answers: { fetch: () => new Response(null, { status }) } });
    const answer = await admin('GET', '/api/events');
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '30' : null);
    expect(await problemOf(answer)).toMatchObject({ http, code });
  });

  it('HEAD opens nothing', async () => {
    const { admin, touched } = bed();
    const answer = await admin('HEAD', '/api/events');
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(touched()).toEqual([]);
  });
});
