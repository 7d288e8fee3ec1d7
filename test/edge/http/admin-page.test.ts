// How the admin page is served; what it does, test/page looks at in a real browser.
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import worker from '../../../edge/worker.ts';
import { bed, KNOWN, problemOf } from './bed.ts';

const { fetch, touched } = bed();
const policyOf = (answer: Response) => answer.headers.get('content-security-policy') ?? '';

// At the root it is the operator's.
describe.each([`/${KNOWN}`, '/nobody.example/at-all', ''])('of "%s"', (connector) => {
  it.each([
    [
      '/admin',
      'text/html; charset=utf-8',
      /^<!doctype html>.*<script type="module" crossorigin src="\.\/admin\/page\.js">/s,
    ],
    ['/admin/page.js', 'text/javascript; charset=utf-8', /createElement/],
    ['/admin/page.css', 'text/css; charset=utf-8', /:root/],
  ])('%s is served to anybody', async (path, type, content) => {
    const answer = await fetch(`${connector}${path}`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(content);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('asks no object', () => expect(touched()).toEqual([]));
});

it('where a part of it is missing, what failed is logged and not told', async () => {
  const asset = async () => new Response('Not Found', { status: 404 });
  const broken = bed({ asset });
  const answer = await problemOf(await broken.fetch(`/${KNOWN}/admin`));
  expect(answer).toMatchObject({ http: 500, code: 'internal' });
  expect(broken.logged.map(({ fields }) => fields['error'])).toEqual([
    expect.stringContaining('page.html'),
  ]);
});

it('where the Worker has no assets at all, it says what to bind, and all else works', async () => {
  const { ASSETS: _, ...without } = env;
  const ask = (path: string) =>
    worker.fetch(new Request(`https://edge.example.com${path}`) as never, without, {} as never);
  for (const path of [`/${KNOWN}/admin`, '/openapi.json']) {
    const answer = await problemOf(await ask(path));
    expect(answer).toMatchObject({ http: 503, code: 'misconfigured' });
    expect(answer.detail).toContain('ASSETS');
  }
  expect((await ask('/healthz')).status).toBe(200);
});

it('lets nothing in from elsewhere and nothing inline', async () => {
  const policy = policyOf(await fetch(`/${KNOWN}/admin`));
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
    "frame-ancestors 'none'",
  ]);
});

it('may be framed by whom FRAME_ANCESTORS names', async () => {
  const framed = bed({ env: { FRAME_ANCESTORS: "https://pbx.example.com 'self'" } });
  const policy = policyOf(await framed.fetch(`/${KNOWN}/admin`));
  expect(policy).toContain("frame-ancestors https://pbx.example.com 'self'");
  expect(policy).toContain("script-src 'self'");
});

it.each(['/admin/', '/admin/page.map', '/admin/page.js/x', '/admin/index.html'])(
  'there is no %s',
  async (path) => {
    const answer = await problemOf(await fetch(`/${KNOWN}${path}`));
    expect(answer).toMatchObject({
      http: 404,
      code: 'not-found',
      type: 'application/problem+json',
    });
  },
);

it('is not served where the path names no connector', async () => {
  const answer = await problemOf(await fetch('/not_a_domain/b/admin'));
  expect(answer).toMatchObject({ http: 404, code: 'connector-unknown' });
});

it('is only read', async () => {
  const answer = await problemOf(await fetch(`/${KNOWN}/admin`, { method: 'POST' }));
  expect(answer).toMatchObject({ http: 405, code: 'method-not-allowed' });
  expect((await fetch(`/${KNOWN}/admin`, { method: 'HEAD' })).status).toBe(200);
});
