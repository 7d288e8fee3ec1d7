import { expect, test } from 'vitest';
import { parseEdgeUrl } from '../../agent/edge-url.ts';

test.each([
  ['https://edge.example.net/example.com/microsoft365', 'example.com/microsoft365'],
  ['https://edge.example.net/example.com/microsoft365/', 'example.com/microsoft365'],
  ['https://edge.example.net:8443/below/Example.com/M365', 'example.com/M365'],
  ['http://127.0.0.1:8787/example.com/m', 'example.com/m'],
  ['http://localhost:8787/example.com/m', 'example.com/m'],
  ['http://[::1]:8787/example.com/m', 'example.com/m'],
])('%s names %s', (url, connector) => {
  const parsed = parseEdgeUrl(url);
  expect(parsed).toMatchObject({ ok: true, edge: { connector } });
});

test('a slash at the end makes no difference', () => {
  expect(parseEdgeUrl('https://e.net/a.b/c/')).toEqual(parseEdgeUrl('https://e.net/a.b/c'));
});

test.each([
  ['edge.example.net/example.com/m', 'not an address'],
  ['http://edge.example.net/example.com/m', 'https://'],
  ['http://127.0.0.1.evil.net/example.com/m', 'https://'],
  ['ftp://127.0.0.1/example.com/m', 'https://'],
  ['https://user:pw@edge.example.net/example.com/m', 'without user name'],
  ['https://edge.example.net/example.com/m?x=1', 'without user name'],
  ['https://edge.example.net/', 'domain and instance'],
  ['https://edge.example.net/microsoft365', 'domain and instance'],
  ['https://edge.example.net/example.com/microsoft365/admin', 'domain and instance'],
])('%s is refused', (url, why) => {
  const parsed = parseEdgeUrl(url);
  expect(parsed.ok).toBe(false);
  expect(parsed.ok ? '' : parsed.problem).toContain(why);
});
