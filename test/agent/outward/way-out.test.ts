import { afterEach, expect, test, vi } from 'vitest';
import { parseProxy, proxyOfEnvironment } from '../../../agent/outward/way-out.ts';

afterEach(() => vi.unstubAllEnvs());

const EDGE = 'https://edge.example.net/example.com/microsoft365';

test.each<[Record<string, string>, string, string]>([
  [{}, EDGE, ''],
  [{ HTTPS_PROXY: 'http://proxy:3128' }, EDGE, 'http://proxy:3128'],
  [{ https_proxy: 'http://u:p@proxy:3128' }, EDGE, 'http://u:p@proxy:3128'],
  [{ HTTPS_PROXY: 'proxy:3128' }, EDGE, 'http://proxy:3128'],
  [{ HTTPS_PROXY: 'https://proxy' }, EDGE, 'https://proxy'],
  [{ ALL_PROXY: 'http://proxy:1' }, EDGE, 'http://proxy:1'],
  [{ HTTP_PROXY: 'http://proxy:1' }, EDGE, ''],
  [{ HTTPS_PROXY: 'http://proxy:1', NO_PROXY: 'example.net' }, EDGE, 'http://proxy:1'],
  [{ HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '.example.net' }, EDGE, ''],
  [{ HTTPS_PROXY: 'http://proxy:1', NO_PROXY: 'a, edge.example.net' }, EDGE, ''],
  [{ HTTPS_PROXY: 'http://proxy:1', NO_PROXY: '*' }, EDGE, ''],
  [
    { HTTP_PROXY: 'http://proxy:1', HTTPS_PROXY: 'http://proxy:1' },
    'http://127.0.0.1:8787/a/b',
    '',
  ],
  [{ HTTPS_PROXY: 'http://proxy:1' }, 'https://[::1]:8787/a/b', ''],
  [{ HTTPS_PROXY: 'http://proxy:1' }, 'https://[2001:db8::1]/a/b', 'http://proxy:1'],
])('%j: %s goes through "%s"', (env, url, proxy) => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, undefined);
    vi.stubEnv(name.toLowerCase(), undefined);
  }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  expect(proxyOfEnvironment(url)).toBe(proxy);
});

test.each(['socks5://proxy:1080', 'http://', 'nonsense', 'http://u:50%@proxy'])(
  '%s is no web proxy, and its password is not repeated',
  (text) => {
    const parsed = parseProxy(text);
    expect(parsed).toMatchObject({ ok: false });
    expect(JSON.stringify(parsed)).not.toContain('50%');
  },
);
