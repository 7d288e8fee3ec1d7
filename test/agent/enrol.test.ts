import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { enrol } from '../../agent/enrol.ts';
import { readIdentity } from '../../agent/identity.ts';
import { type HttpAnswer, startEdge } from './fake-edge.ts';
import { temporaryDirectory, temporaryFile } from './temporary.ts';

const deps = { proxyFor: () => '', now: Date.now };

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function setup(answer?: HttpAnswer) {
  const edge = await startEdge(answer ? { enrol: answer } : {});
  ends.push(edge.close);
  const stateDir = join(await temporaryDirectory(), 'state');
  const said: string[] = [];
  const run = async (toml = `state_dir = "${stateDir}"\n`, url = edge.url) => {
    const configFile = await temporaryFile('config.toml', toml);
    await enrol({ url, code: 'the code', configFile, say: (line) => said.push(line), ...deps });
  };
  return { edge, stateDir, said, run };
}

test('the code is traded for an identity with a key made here', async () => {
  const { edge, stateDir, said, run } = await setup();
  await run();
  const identity = await readIdentity(stateDir);
  expect(identity).toMatchObject({
    edge: edge.url,
    agentId: 'agent-1',
    credential: 'credential-1',
  });
  const { body } = edge.requests[0] ?? {};
  expect(body).toMatchObject({
    code: 'the code',
    publicKey: { kty: 'EC', x: identity?.privateKey.x },
  });
  expect(JSON.stringify(body)).not.toContain(identity?.privateKey.d);
  expect(said.at(-1)).toMatch(/^Next: describe the PBX in .*config.toml/);
});

test('enrolling again makes a new key', async () => {
  const { stateDir, run } = await setup();
  await run();
  const before = await readIdentity(stateDir);
  await run();
  expect((await readIdentity(stateDir))?.privateKey.d).not.toBe(before?.privateKey.d);
});

test('the edge of the configuration may be the same, with or without a slash', async () => {
  const { edge, stateDir, run } = await setup();
  await run(`state_dir = "${stateDir}"\nedge = "${edge.url}/"\n`);
  expect(await readIdentity(stateDir)).toBeDefined();
});

test('the edge of the configuration may not be another', async () => {
  const { edge, stateDir, run } = await setup();
  const other = 'https://edge.example.net/example.com/other';
  await expect(run(`state_dir = "${stateDir}"\nedge = "${other}"\n`)).rejects.toThrow(
    /use the same URL in both/,
  );
  expect(edge.requests).toEqual([]);
});

const html = { 'content-type': 'text/html' };
const json = { 'content-type': 'application/problem+json' };
test.each<[string, HttpAnswer, RegExp]>([
  ['410', { status: 410, headers: json, body: '{}' }, /used or has expired: make a new one/],
  [
    '401',
    { status: 401, headers: json, body: '{}' },
    /does not accept this code for example.com\/microsoft365/,
  ],
  ['404', { status: 404, headers: json, body: '{}' }, /does not know the connector/],
  [
    '422',
    { status: 422, headers: json, body: '{"detail":"publicKey is bad"}' },
    /HTTP 422\): publicKey is bad/,
  ],
  ['429', { status: 429 }, /wait a minute/],
  ['503', { status: 503, headers: html, body: '<html>' }, /cannot serve just now \(HTTP 503\)/],
  ['a sign-in page', { status: 200, headers: html, body: '<html>' }, /sign-in page/],
  ['404 of a web server', { status: 404, headers: html, body: '<html>' }, /sign-in page/],
  ['a redirect', { status: 302, headers: { location: 'http://portal/' } }, /sign-in page/],
  ['201 with something else', { status: 201, headers: json, body: '{}' }, /not as the edge does/],
])('%s gives a sentence and leaves nothing behind', async (_, answer, sentence) => {
  const { stateDir, run } = await setup(answer);
  await expect(run()).rejects.toThrow(sentence);
  expect(await readdir(stateDir)).toEqual([]);
});

test('an edge that cannot be reached gives a sentence', async () => {
  const { edge, run } = await setup();
  await edge.close();
  await expect(run()).rejects.toThrow(/No connection to .* \(.*ECONNREFUSED.*\): check "edge"/);
});

test('a URL that is none is refused before anything else', async () => {
  const { stateDir, run } = await setup();
  await expect(run(undefined, 'edge.example.net')).rejects.toThrow(
    /The connector URL .* is not an address/,
  );
  expect(existsSync(stateDir)).toBe(false);
});
