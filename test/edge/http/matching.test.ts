import { expect, it } from 'vitest';
import { bed, problemOf } from './bed.ts';

const PATH = '/api/matching/dry-run';

it('asks the object for what would change, and where to begin', async () => {
  const { admin, calls } = bed();
  const overrides = [{ teams: 'a@example.com', pbx: 'a' }];
  expect((await admin('POST', PATH, { matching: ['email'] })).status).toBe(200);
  await admin('POST', `${PATH}?cursor=abc`, { matching: ['override', 'sip'], overrides });
  expect(calls.map(({ method, args }) => [method, args[0]])).toEqual([
    ['tryMatching', { matching: ['email'], overrides: null, cursor: null }],
    ['tryMatching', { matching: ['override', 'sip'], overrides, cursor: 'abc' }],
  ]);
});

it.each([
  ['no steps', {}, ['matching']],
  ['no step', { matching: [] }, ['matching']],
  ['a step twice', { matching: ['email', 'email'] }, ['matching']],
  ['a step that is none', { matching: ['phone'] }, ['matching.0']],
  [
    'everything at once',
    { matching: 'email', overrides: [{ teams: '' }], colour: 'red' },
    ['matching', 'overrides.0.teams', 'overrides.0.pbx', 'colour'],
  ],
])('refuses %s', async (_, body, paths) => {
  const { admin, touched } = bed();
  const answer = await problemOf(await admin('POST', PATH, body));
  expect(answer).toMatchObject({ http: 422, code: 'invalid' });
  expect(answer.errors?.map(({ path }) => path).sort()).toEqual([...paths].sort());
  expect(touched()).toEqual([]);
});
