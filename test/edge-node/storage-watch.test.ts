// What is said of a disk that cannot be written, from lines that workerd writes.
import { expect, test } from 'vitest';
import { storageWatch } from '../../edge/self-hosted/storage-watch.ts';

const FULL =
  'workerd/jsg/util.c++:410: error: e = workerd/util/sqlite.c++:910: failed: SQLite failed; dbErrorMessage(prepareResult, db) = database or disk is full: SQLITE_FULL';

function watched(stateDir: string) {
  const said: string[] = [];
  let now = 0;
  const hear = storageWatch({ stateDir, say: (line) => said.push(line), now: () => now });
  const later = (ms: number) => {
    now += ms;
  };
  return { said, hear, later };
}

test('a full disk is named with its place and its room, once a minute while it lasts', async () => {
  const { said, hear, later } = watched('/');
  hear(FULL);
  hear(FULL);
  await expect.poll(() => said.length).toBe(1);
  const { level, event, detail } = JSON.parse(said[0] ?? '');
  expect([level, event]).toEqual(['error', 'storage-failed']);
  expect(detail).toMatch(
    /^STATE_DIR \/ cannot be written \(SQLITE_FULL; \d+ MiB free\)\. Make room: nothing that was/,
  );
  later(59_000);
  hear(FULL);
  later(1_000);
  hear(FULL);
  await expect.poll(() => said.length).toBe(2);
});

test.each(['SQLITE_IOERR', 'SQLITE_READONLY', 'SQLITE_CANTOPEN'])(
  'a disk that is not full but fails (%s) is to be looked at',
  async (sign) => {
    const { said, hear } = watched('/');
    hear(`workerd/util/sqlite.c++:910: failed: SQLite failed; disk I/O error: ${sign}`);
    await expect.poll(() => said.length).toBe(1);
    const { detail } = JSON.parse(said[0] ?? '');
    expect(detail).toContain(
      'MiB free). Check the disk of STATE_DIR, and that the user of the edge may write there: nothing that was acknowledged is lost',
    );
    expect(detail).not.toContain('Make room');
  },
);

test('a file that cannot grow for want of room is a full disk, whatever SQLite calls it', async () => {
  const { said, hear } = watched('/');
  hear('SQLite failed; disk I/O error: SQLITE_IOERR_WRITE; write(): EDQUOT');
  await expect.poll(() => said.join()).toContain('Make room');
});

test('of a place that is gone it is said all the same', async () => {
  const { said, hear } = watched('/nowhere/at/all');
  hear('kj::Exception: open(): No space left on device');
  await expect.poll(() => said.join()).toContain('its room is unknown');
});

test.each([
  '{"level":"warn","event":"teams-write-failed","code":"graph-unavailable","failures":1}',
  'workerd/server/server.c++:1: error: e = disconnected: Network connection lost.',
])('other lines are none of its business: %s', async (line) => {
  const { said, hear } = watched('/');
  hear(line);
  await new Promise(setImmediate);
  expect(said).toEqual([]);
});
