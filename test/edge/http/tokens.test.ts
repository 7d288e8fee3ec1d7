import { describe, expect, it } from 'vitest';
import { bed, KNOWN, OTHER, problemOf } from './bed.ts';

type Bed = ReturnType<typeof bed>;

async function issued(edge: Bed, connector = KNOWN) {
  const answer = await edge.admin('POST', `/${connector}/api/tokens`, { name: 'Reseller' });
  expect(answer.status).toBe(201);
  return (await answer.json()) as { id: string; token: string };
}

const as = (edge: Bed, token: string, path: string, method = 'GET') =>
  edge.fetch(path, { method, headers: { authorization: `Bearer ${token}` } });

describe('a token of a connector', () => {
  it('is shown once, and only its digest reaches the object', async () => {
    const edge = bed();
    const { id, token } = await issued(edge);
    expect(token).toMatch(/^pct\./);
    expect(edge.calls.at(-1)).toMatchObject({ method: 'addToken', args: ['operator', {}] });
    expect(JSON.stringify(edge.calls)).not.toContain(token);
    const list = await edge.admin('GET', '/api/tokens');
    expect(await list.text()).not.toContain(token);
    expect(id).toBe('token-1');
  });

  it('opens its connector at once, and no longer once it was revoked', async () => {
    const edge = bed();
    const { id, token } = await issued(edge);
    const path = `/${KNOWN}/api/users`;
    expect((await as(edge, token, path)).status).toBe(200);
    expect((await as(edge, token, `/${OTHER}/api/users`)).status).toBe(403);
    expect((await edge.admin('DELETE', `/api/tokens/${id}`)).status).toBe(204);
    expect((await as(edge, token, path)).status).toBe(401);
  });

  it.each([
    ['GET', '/api/tokens'],
    ['POST', '/api/tokens'],
    ['PATCH', '/api/tokens'],
    ['DELETE', '/api/tokens/token-1'],
    ['GET', '/api/tokens/nothing'],
  ])('may not %s %s', async (method, path) => {
    const edge = bed();
    const { token } = await issued(edge);
    const calls = edge.calls.length;
    const answer = await problemOf(await as(edge, token, `/${KNOWN}${path}`, method));
    expect(answer).toMatchObject({ http: 403, code: 'forbidden' });
    expect(edge.calls.slice(calls).map((call) => call.method)).toEqual(['findToken']);
  });

  it('makes a session that may do as little', async () => {
    const edge = bed();
    const { token } = await issued(edge);
    const body = JSON.stringify({ token });
    const opened = await edge.fetch(`/${KNOWN}/api/session`, { method: 'POST', body });
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await opened.json()).toMatchObject({ connector: KNOWN, who: 'token:token-1' });
    const headers = { cookie };
    expect((await edge.fetch(`/${KNOWN}/api/tokens`, { headers })).status).toBe(403);
    expect((await edge.fetch(`/${KNOWN}/api/users`, { headers })).status).toBe(200);
  });
});

describe('what is asked of a new token', () => {
  it.each([
    ['nothing at all', undefined, 201],
    ['an empty object', {}, 201],
    ['an empty name', { name: ' ' }, 422],
    ['a name that is none', { name: 7 }, 422],
    ['a key that is not there', { admin: true }, 422],
    ['a list', [], 422],
    ['no JSON', '{', 400],
  ])('%s', async (_, body, status) => {
    expect((await bed().admin('POST', '/api/tokens', body)).status).toBe(status);
  });

  it('is not asked of a connector that does not exist', async () => {
    const answer = await problemOf(await bed().admin('POST', '/nobody.example/x/api/tokens', {}));
    expect(answer).toMatchObject({ http: 404, code: 'connector-unknown' });
  });

  it('names the methods that are possible', async () => {
    const edge = bed();
    expect((await edge.admin('PUT', '/api/tokens', {})).headers.get('allow')).toBe('GET, POST');
    const one = await edge.admin('GET', '/api/tokens/one');
    expect(one.headers.get('allow')).toBe('DELETE');
  });
});
