import { describe, expect, it, vi } from 'vitest';
import { newConnectorToken } from '../../../edge/http/connector-token.ts';
import { digestOf } from '../../../edge/secret-text.ts';
import { accepted } from '../../../shared/errors.ts';
import type { ConnectorName } from '../../../shared/ids.ts';
import type { Lamp } from '../../../shared/lamps.ts';
import { ADMIN_TOKEN, bed, KNOWN, NOW, OTHER, problemOf, record } from './bed.ts';

const lamp = (id: Lamp['id'], state: Lamp['state'], code: string): Lamp => ({
  id,
  state,
  since: NOW,
  code,
  params: {},
});
const LAMPS = [
  lamp('settings', 'ok', 'settings-complete'),
  lamp('tokenForReading', 'unknown', 'not-tried-yet'),
  lamp('agent', 'error', 'agent-not-enrolled'),
  lamp('pairing', 'error', 'pairing-none'),
];
const status = () => accepted(LAMPS);

interface Answer {
  items: { connector: string; worst: { id: string } | null; error?: string }[];
  next?: string;
}

/** Connectors besides the two that are there, all of them known to KV. */
function many(count: number, answers: Parameters<typeof bed>[0] = { answers: { status } }) {
  const names = Array.from({ length: count }, (_, n) => `c${1000 + n}.example/x` as ConnectorName);
  const edge = bed({ ...answers, onlyInObjects: names });
  for (const name of names) edge.store.set(`settings:${name}`, JSON.stringify(record()));
  edge.store.set('jurisdiction', 'none');
  return edge;
}

const list = async (edge: ReturnType<typeof bed>, query = '') =>
  (await (await edge.admin('GET', `/api/connectors${query}`)).json()) as Answer;

describe('the list of all connectors', () => {
  it('shows the worst lamp of each, and of the worst the one that the others depend on', async () => {
    const { items, next } = await list(many(0));
    expect(items.map(({ connector, worst }) => [connector, worst?.id])).toEqual([
      [KNOWN, 'agent'],
      [OTHER, 'agent'],
    ]);
    expect(items[0]?.worst).toMatchObject({ state: 'error', since: '2026-11-23T12:00:00.000Z' });
    expect(next).toBeUndefined();
  });

  it('speaks the language of whoever asks', async () => {
    const headers = { 'accept-language': 'de' };
    const answer = await many(0).admin('GET', '/api/connectors', undefined, headers);
    expect(await answer.text()).toContain('Agent');
    expect((await list(many(0))).items[0]?.worst).toMatchObject({
      message: expect.stringContaining('agent'),
    });
  });

  it('comes in pages, in the order of names, each connector once', async () => {
    const edge = many(230);
    const first = await list(edge);
    const second = await list(edge, `?cursor=${first.next}`);
    const third = await list(edge, `?cursor=${second.next}`);
    const pages = [first, second, third].map(({ items }) => items.map((item) => item.connector));
    expect(pages.map((page) => page.length)).toEqual([100, 100, 32]);
    expect(new Set(pages.flat()).size).toBe(232);
    expect(pages.flat()).toEqual(pages.flat().toSorted());
    expect(third.next).toBeUndefined();
  });

  it('leaves out what was deleted and is still in KV', async () => {
    const edge = bed({ answers: { status } });
    edge.store.set('settings:gone.example/x', JSON.stringify(record()));
    edge.store.set('settings:', 'not a name');
    expect((await list(edge)).items.map(({ connector }) => connector)).toEqual([KNOWN, OTHER]);
  });

  it('asks a few at a time', async () => {
    let open = 0;
    let most = 0;
    const slow = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 1));
      open -= 1;
      return status();
    };
    expect((await list(many(40, { answers: { status: slow } }))).items).toHaveLength(42);
    expect(most).toBe(6);
  });

  it('has a line also for one that fails', async () => {
    let asked = 0;
    const broken = () => {
      asked += 1;
      if (asked === 1) throw new Error('overloaded');
      return status();
    };
    const { items } = await list(many(0, { answers: { status: broken } }));
    expect(items).toMatchObject([
      { connector: KNOWN, worst: null, error: expect.stringContaining('not answer') },
      { connector: OTHER, worst: { id: 'agent' } },
    ]);
  });

  it('waits 5 s for one that does not answer, no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const edge = many(0, { answers: { status: () => new Promise(() => undefined) } });
      const asked = list(edge);
      // The clock may go on once both are being waited for: to find out who asks takes a moment.
      while (vi.getTimerCount() < 2) await scheduler.wait(1);
      await vi.advanceTimersByTimeAsync(5_000);
      expect((await asked).items.map(({ worst }) => worst)).toEqual([null, null]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('begins anew where a cursor leads nowhere', async () => {
    const answer = await bed().admin('GET', '/api/connectors?cursor=rubbish');
    expect(await problemOf(answer)).toMatchObject({ http: 400, code: 'bad-request' });
  });
});

describe('who may see all connectors', () => {
  it('nobody without a sign-in', async () => {
    expect((await problemOf(await bed().fetch('/api/connectors'))).http).toBe(401);
  });

  it('no connector by its own token', async () => {
    const edge = bed();
    const token = await newConnectorToken(edge.keyring, KNOWN);
    edge.tokens.set(KNOWN, [{ id: 'one', hash: await digestOf(token) }]);
    const headers = { authorization: `Bearer ${token}` };
    for (const method of ['GET', 'POST']) {
      const answer = await problemOf(await edge.fetch('/api/connectors', { method, headers }));
      expect(answer).toMatchObject({ http: 403, code: 'forbidden' });
    }
  });

  it('the operator in a session, of whichever connector', async () => {
    const edge = bed({ answers: { status } });
    const body = JSON.stringify({ token: ADMIN_TOKEN });
    const opened = await edge.fetch(`/${OTHER}/api/session`, { method: 'POST', body });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    const answer = await edge.fetch('/api/connectors', { headers: { cookie } });
    expect(answer.status).toBe(200);
  });

  it('says which method is possible', async () => {
    const answer = await bed().admin('POST', '/api/connectors', {});
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET');
  });
});
