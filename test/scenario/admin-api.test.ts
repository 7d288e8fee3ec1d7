// The admin API with all the real processes: what only a real server shows of streams, tokens and lists.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../sim/demo/admin.ts';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { type Cast, castOf } from './cast.ts';
import { eventually } from './eventually.ts';

let demo: SetUp;
let cast: Cast;
let stateDir: string;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'admin-api-'));
  demo = await setUp({ stateDir, port: 0 });
  cast = castOf(demo);
  await cast.allGreen();
}, 60_000);

afterAll(async () => {
  await demo?.close();
  await rm(stateDir, { recursive: true, force: true });
});

interface Heard {
  event: string;
  data: unknown;
}

/** Listens as a page does; `heard` grows. */
async function listen(authorization = `Bearer ${demo.adminToken}`) {
  const gone = new AbortController();
  const answer = await fetch(`${demo.connectorUrl}/api/events`, {
    headers: { authorization },
    signal: gone.signal,
  });
  const heard: Heard[] = [];
  const page = { status: answer.status, heard, over: false, leave: () => gone.abort() };
  if (answer.ok)
    void read(answer, heard).finally(() => {
      page.over = true;
    });
  return page;
}

async function read(answer: Response, heard: Heard[]): Promise<void> {
  let text = '';
  try {
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      const complete = (text + part).split('\n\n');
      text = complete.pop() ?? '';
      for (const block of complete) {
        const [, event = '', data = ''] = /event: (\w+)\ndata: (.*)/.exec(block) ?? [];
        if (event !== '') heard.push({ event, data: JSON.parse(data) });
      }
    }
  } catch {
    // The page left.
  }
}

describe('the stream of events', () => {
  it('tells all lamps at once, and a user when their presence changes', async () => {
    await cast.quiet('alice');
    const page = await listen();
    await eventually(
      () => page.heard[0],
      (first) => first?.event === 'status' && (first.data as unknown[]).length > 10,
    );
    cast.teams('alice').choose('Busy');
    await eventually(
      () => page.heard.filter(({ event }) => event === 'user').map(({ data }) => data),
      (users) =>
        users.some((user) => /Alice.*"Busy".*"activity":"busy"/.test(JSON.stringify(user))),
    );
    page.leave();
  });

  it('is let go at the object when the page leaves', async () => {
    for (let n = 0; n < 40; n += 1) {
      const page = await eventually(
        () => listen(),
        ({ status }) => status === 200,
      );
      page.leave();
    }
  });

  it('ends with the token that it was opened with', async () => {
    const { id, token } = await demo.admin.send<{ id: string; token: string }>(
      'POST',
      '/api/tokens',
      { name: 'page' },
    );
    // Those of the story before have just left, and each takes a place until the object has seen that.
    const page = await eventually(
      () => listen(`Bearer ${token}`),
      ({ status }) => status === 200,
    );
    await eventually(
      () => page.heard.length,
      (count) => count > 0,
    );
    expect(page.over).toBe(false);
    await demo.admin.send('DELETE', `/api/tokens/${id}`);
    await eventually(
      () => page.over,
      (over) => over,
    );
    expect((await listen(`Bearer ${token}`)).status).toBe(401);
  });
});

describe('a token of the connector', () => {
  it('works from the moment it is issued, for this connector only', async () => {
    const { token } = await demo.admin.send<{ token: string }>('POST', '/api/tokens', {});
    const own = admin(demo.connectorUrl, token);
    expect(await own.get('/api/status')).toHaveLength(11);
    await expect(own.get('/api/tokens')).rejects.toThrow('403');
    const { origin } = new URL(demo.connectorUrl);
    await expect(admin(origin, token).get('/api/connectors')).rejects.toThrow('403');
  });
});

describe('the list of connectors', () => {
  it('has this one, with its worst lamp', async () => {
    const { origin, pathname } = new URL(demo.connectorUrl);
    const list = await admin(origin, demo.adminToken).get('/api/connectors');
    expect(list).toMatchObject({
      items: [{ connector: pathname.slice(1), worst: { state: 'ok' } }],
    });
  });
});
