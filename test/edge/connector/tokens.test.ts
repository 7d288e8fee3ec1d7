import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { type ConnectorRecord, recordKey } from '../../../edge/connector-record.ts';
import { Bed, refusal, SECOND, SLOW, value } from './bed.ts';

const inKv = async (bed: Bed) =>
  (await env.SETTINGS.get<ConnectorRecord>(recordKey(bed.name), 'json'))?.tokens;

async function connector(): Promise<Bed> {
  const bed = new Bed();
  value(await bed.put(SLOW));
  return bed;
}

test('a token is known by its digest and its id until it is revoked', async () => {
  const { stub } = await connector();
  const { id } = value(await stub.addToken('operator', { name: 'Reseller', hash: 'h1' }));
  expect(await stub.findToken({ hash: 'h1' })).toBe(id);
  expect(await stub.findToken({ id })).toBe(id);
  expect(await stub.findToken({ hash: 'h2' })).toBeNull();
  expect(value(await stub.listTokens())).toEqual([
    { id, name: 'Reseller', createdAt: '2100-01-01T12:00:00.000Z' },
  ]);
  value(await stub.removeToken('operator', id));
  expect(await stub.findToken({ hash: 'h1' })).toBeNull();
  expect(await stub.findToken({ id })).toBeNull();
  expect(refusal(await stub.removeToken('operator', id))).toBe('not-found');
});

test('the copy in KV holds digests, and follows', async () => {
  const bed = await connector();
  const { id } = value(await bed.stub.addToken('operator', { name: null, hash: 'h1' }));
  await bed.later(3 * SECOND);
  expect(await inKv(bed)).toEqual([{ id, hash: 'h1' }]);
  value(await bed.stub.removeToken('operator', id));
  await bed.later(3 * SECOND);
  expect(await inKv(bed)).toEqual([]);
});

test('there is an end to their number', async () => {
  const { stub } = await connector();
  for (let n = 0; n < 50; n += 1) {
    value(await stub.addToken('operator', { name: null, hash: `h${n}` }));
  }
  expect(refusal(await stub.addToken('operator', { name: null, hash: 'one more' }))).toBe(
    'conflict',
  );
});

test('a deleted connector has none, and neither has one made anew under its name', async () => {
  const bed = await connector();
  value(await bed.stub.addToken('operator', { name: null, hash: 'h1' }));
  value(await bed.stub.deleteSettings('operator'));
  expect(await bed.stub.findToken({ hash: 'h1' })).toBeNull();
  await bed.later(10 * SECOND);
  value(await bed.put(SLOW));
  expect(await bed.stub.findToken({ hash: 'h1' })).toBeNull();
});
