// Microsoft says how long to wait: an admin who wants to know sooner gets no request out before that, or the
// next refusal would be of our own making.
import { expect, test } from 'vitest';
import {
  Bed,
  chose,
  GRAPH,
  graphRefusal,
  json,
  pbxUser,
  SECOND,
  SLOW,
  taken,
  teamsId,
  until,
} from './bed.ts';

const READ = `POST ${GRAPH}/communications/getPresencesByUserId`;
const later = (status: number) => () => graphRefusal(status, 'Later', '', { 'retry-after': '20' });

/** An admin presses "check" again and again for so long. */
async function checkOften(bed: Bed, ms: number): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    await bed.stub.check('sync');
    await bed.later(Math.min(3 * SECOND, end - Date.now()));
  }
}

test.each([429, 503])('a read answered %i: none leaves before, then one does', async (status) => {
  const bed = new Bed();
  await bed.pairs(3, SLOW);
  let reads = 0;
  const answer = (reply: () => Response) =>
    bed.microsoft.on(READ, () => {
      reads += 1;
      return reply();
    });
  answer(later(status));
  await bed.stub.check('sync');
  await bed.settle();
  expect(reads).toBe(1);
  answer(() => json({ value: [] }));
  await checkOften(bed, 19 * SECOND);
  expect(reads).toBe(1);
  await bed.later(2 * SECOND);
  expect(reads).toBeGreaterThan(1);
});

test('a read that was refused beside one that was answered: none leaves before', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  // A read after the call's end, and a sweep.
  agent.presence(1, [{ contact: 'phone:', activity: 'on-the-phone' }]);
  await bed.settle();
  const first = bed.microsoft.hold(READ, later(429));
  const asked = bed.stub.check('sync');
  await until(() => first.taken > 0);
  let reads = 0;
  bed.microsoft.on(READ, () => {
    reads += 1;
    return json({ value: [] });
  });
  agent.presence(1, []);
  await bed.later(10 * SECOND);
  expect(reads).toBe(1);
  first.go = true;
  await asked;
  await bed.settle();
  const before = reads;
  await checkOften(bed, 19 * SECOND);
  expect(reads).toBe(before);
});

test.each([
  ['one', 1],
  ['several', 3],
])('writes of %s answered 503: none leaves before, then they do', async (_, count) => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  const numbers = [1, 2, 3].slice(0, count);
  bed.microsoft.answerWrites(later(503));
  agent.presences(numbers, chose('dnd'));
  await bed.settle();
  const refused = bed.microsoft.writes.length;
  expect(refused).toBe(count);
  bed.microsoft.answerWrites(taken);
  await checkOften(bed, 19 * SECOND);
  expect(bed.microsoft.writes).toHaveLength(refused);
  await bed.later(3 * SECOND);
  expect(bed.microsoft.writes.slice(refused).map(({ n }) => n)).toEqual(numbers);
});

test('what is to be taken back, answered 503: not before, then it is', async () => {
  const bed = new Bed();
  const agent = await bed.pairs(3, SLOW);
  agent.presence(1, chose('dnd'));
  await bed.settle();
  bed.microsoft.answerWrites(later(503), `${GRAPH}/users/${teamsId(1)}/`);
  agent.users(
    [2, 3].map((n) => pbxUser(n)),
    2,
  );
  await bed.later(2 * SECOND);
  const refused = bed.microsoft.actions(1).length;
  expect(refused).toBe(2);
  bed.microsoft.answerWrites(taken, `${GRAPH}/users/${teamsId(1)}/`);
  await checkOften(bed, 16 * SECOND);
  expect(bed.microsoft.actions(1)).toHaveLength(refused);
  await bed.later(5 * SECOND);
  expect(bed.microsoft.actions(1).length).toBeGreaterThan(refused);
});
