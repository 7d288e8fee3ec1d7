// The list of users where there are twenty thousand: a search, and pages while the list changes.
import { runInDurableObject } from 'cloudflare:test';
import { beforeAll, expect, test } from 'vitest';
import { sortKey } from '../../../edge/connector/page-cursor.ts';
import { Bed, guid, SLOW, teamsId, value } from './bed.ts';

const COUNT = 20_000;
let bed: Bed;

const list = async (text: string, cursor: string | null = null) =>
  value(await bed.stub.listUsers({ text, state: null, cursor }));
const names = (page: Awaited<ReturnType<typeof list>>) =>
  page.items.map(({ teams, pbx }) => teams?.displayName ?? pbx?.cn);

/** As if all of them had been told: put straight into the tables, every tenth without a partner. */
beforeAll(async () => {
  bed = new Bed();
  await bed.pairs(1, SLOW);
  await runInDurableObject(bed.stub, (_object, { storage }) => {
    storage.transactionSync(() => {
      for (let n = 2; n <= COUNT; n += 1) {
        const match =
          n % 10 === 0
            ? { state: 'unmatched', reason: 'nobody-fits' }
            : { state: 'paired', guid: guid(n), matchedBy: 'email' };
        const name = `Person ${String(n).padStart(5, '0')}`;
        const address = `person${n}@example.com`;
        storage.sql.exec(
          'INSERT INTO teams_user VALUES (?, ?, ?, NULL, 1, 1, ?, ?, ?, ?, ?)',
          ...[teamsId(n), name, address, match.state, JSON.stringify(match)],
          match.guid ?? null,
          ...[sortKey(name, teamsId(n)), `${name}\n${address}`.toLowerCase()],
        );
        storage.sql.exec(
          'INSERT INTO pbx_user VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          ...['pbx', guid(n), name, `person${n}`, String(n), JSON.stringify([address])],
          ...[sortKey(name, guid(n)), `${name}\nperson${n}\n${n}`.toLowerCase()],
        );
      }
    });
  });
  await bed.stub.listUsers({ text: '', state: null, cursor: null });
});

test('a search answers within 200 ms', async () => {
  const began = performance.now();
  const { items, counts } = await list('person1234');
  const ms = performance.now() - began;
  expect(names({ items, counts })).toContain('Person 12345');
  expect(counts).toMatchObject({ paired: 10, unmatched: 2 });
  expect(ms).toBeLessThan(200);
});

test('somebody who comes or goes moves nobody to another page', async () => {
  const first = await list('person 0');
  await runInDurableObject(bed.stub, (_object, { storage }) => {
    storage.sql.exec('DELETE FROM teams_user WHERE id = ?', teamsId(50));
    storage.sql.exec('DELETE FROM pbx_user WHERE guid = ?', guid(50));
  });
  // The directory was changed behind the object's back: it is to notice by a change of its own.
  value(await bed.stub.setOverride('operator', teamsId(20), guid(20)));
  await bed.settle();
  await bed.later(10_000);
  const anew = await list('person 0');
  expect(names(anew)).not.toContain('Person 00050');
  const second = await list('person 0', first.next ?? null);
  const shown = [first, second].flatMap(({ items }) =>
    items.map(({ teams, pbx }) => `${teams?.id} ${pbx?.guid}`),
  );
  expect(new Set(shown).size).toBe(200);
  const [firstOfSecond = ''] = names(second);
  expect(firstOfSecond > (names(first).at(-1) ?? '')).toBe(true);
});

test('accents do not tear names apart, and each row has its place', async () => {
  await runInDurableObject(bed.stub, (_object, { storage }) => {
    for (const [n, name] of ['Ärmel', 'Armut', 'Zorn', 'Arm'].entries()) {
      storage.sql.exec(
        'INSERT INTO pbx_user VALUES (?, ?, ?, ?, NULL, ?, ?, ?)',
        ...['pbx', guid(90_000 + n), name, `accent${n}`, '[]'],
        ...[sortKey(name, guid(90_000 + n)), `${name}\naccent${n}`.toLowerCase()],
      );
    }
  });
  value(await bed.stub.setOverride('operator', teamsId(30), guid(30)));
  await bed.later(10_000);
  expect(names(await list('accent'))).toEqual(['Arm', 'Ärmel', 'Armut', 'Zorn']);
});
