import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Identity,
  identityChange,
  prepareIdentity,
  readIdentity,
} from '../../agent/identity.ts';
import { temporaryDirectory } from './temporary.ts';

const identity = (credential = 'c'): Identity => ({
  edge: 'https://edge.example.net/example.com/m',
  agentId: 'agent-1',
  credential,
  privateKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' },
});

async function stored(credential?: string): Promise<string> {
  const directory = join(await temporaryDirectory(), 'state');
  await (await prepareIdentity(directory)).save(identity(credential));
  return directory;
}

test('an identity is read as it was saved, by its owner only', async () => {
  const directory = await stored();
  expect(await readIdentity(directory)).toEqual(identity());
  const [name = '', ...others] = await readdir(directory);
  expect(others).toEqual([]);
  expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
});

test('a directory without identity has none', async () => {
  expect(await readIdentity(await temporaryDirectory())).toBeUndefined();
});

test('an enrolment that came to nothing leaves the old identity', async () => {
  const directory = await stored('old');
  await (await prepareIdentity(directory)).discard();
  expect(await readIdentity(directory)).toEqual(identity('old'));
  expect(await readdir(directory)).toHaveLength(1);
});

test('a damaged file is refused with what to do', async () => {
  const directory = await stored();
  const [name = ''] = await readdir(directory);
  await writeFile(join(directory, name), '{"edge":');
  await expect(readIdentity(directory)).rejects.toThrow(/is damaged: delete it and enrol/);
});

test('a directory that cannot be made is refused before anything else happens', async () => {
  await expect(prepareIdentity('/dev/null/state')).rejects.toThrow(
    /"state_dir" .* cannot be written/,
  );
});

test('a new enrolment is noticed', async () => {
  const directory = await stored('old');
  const stop = new AbortController();
  const changed = identityChange(directory, 'old', stop.signal).then(() => 'changed');
  await (await prepareIdentity(directory)).save(identity('new'));
  expect(await changed).toBe('changed');
});

test('waiting for one ends with the signal', async () => {
  const stop = new AbortController();
  const waited = identityChange(await stored('old'), 'old', stop.signal);
  stop.abort();
  await waited;
});
