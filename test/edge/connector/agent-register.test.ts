import { expect, test } from 'vitest';
import { Bed, refusal, SLOW, value } from './bed.ts';

async function enrolled(): Promise<{ bed: Bed; agentId: string }> {
  const bed = new Bed();
  value(await bed.put(SLOW));
  await bed.settle();
  return { bed, agentId: await bed.enrol() };
}

test('a new key counts as soon as it is used, and the old one no more', async () => {
  const { bed, agentId } = await enrolled();
  const old = { agentId, thumbprint: 'thumb' };
  value(await bed.stub.offerAgentKey(old, 'second'));
  // Nobody knows whether the agent kept the new key: both are good.
  expect(value(await bed.stub.agentSelf(old))).toMatchObject({ agentId, state: 'offline' });
  expect(value(await bed.stub.agentSelf({ agentId, thumbprint: 'second' }))).toMatchObject({
    agentId,
  });
  expect(refusal(await bed.stub.agentSelf(old))).toBe('unauthorized');
  expect(refusal(await bed.stub.offerAgentKey(old, 'third'))).toBe('unauthorized');
  await expect(bed.connect(agentId, 'thumb')).rejects.toThrow('401');
  await bed.connect(agentId, 'second');
});

test('a tunnel with the new key settles it as well', async () => {
  const { bed, agentId } = await enrolled();
  value(await bed.stub.offerAgentKey({ agentId, thumbprint: 'thumb' }, 'second'));
  await bed.connect(agentId, 'second');
  await expect(bed.connect(agentId, 'thumb')).rejects.toThrow('401');
});

test('of several keys offered the last one counts, and the one in use stays good', async () => {
  const { bed, agentId } = await enrolled();
  const old = { agentId, thumbprint: 'thumb' };
  for (const next of ['second', 'third']) value(await bed.stub.offerAgentKey(old, next));
  expect(refusal(await bed.stub.agentSelf({ agentId, thumbprint: 'second' }))).toBe('unauthorized');
  value(await bed.stub.agentSelf(old));
  value(await bed.stub.agentSelf({ agentId, thumbprint: 'third' }));
});

test('offering the same key twice changes nothing', async () => {
  const { bed, agentId } = await enrolled();
  const old = { agentId, thumbprint: 'thumb' };
  for (const next of ['second', 'second']) value(await bed.stub.offerAgentKey(old, next));
  const renewed = { agentId, thumbprint: 'second' };
  value(await bed.stub.agentSelf(renewed));
  value(await bed.stub.agentSelf(renewed));
});

test('a removed agent comes with no key, neither old nor new', async () => {
  const { bed, agentId } = await enrolled();
  const old = { agentId, thumbprint: 'thumb' };
  value(await bed.stub.offerAgentKey(old, 'second'));
  value(await bed.stub.removeAgent('operator', agentId));
  for (const thumbprint of ['thumb', 'second']) {
    expect(refusal(await bed.stub.agentSelf({ agentId, thumbprint }))).toBe('revoked');
    expect(refusal(await bed.stub.offerAgentKey({ agentId, thumbprint }, 'x'))).toBe('revoked');
    await expect(bed.connect(agentId, thumbprint)).rejects.toThrow('403');
  }
});

test('the audit trail names a renewed key', async () => {
  const { bed, agentId } = await enrolled();
  value(await bed.stub.offerAgentKey({ agentId, thumbprint: 'thumb' }, 'second'));
  expect(value(await bed.stub.audit())[0]).toMatchObject({
    who: 'agent',
    action: 'agent key renewed',
    keys: [agentId],
  });
});
