import { expect, test } from 'vitest';
import { readNotification } from '../../../edge/graph/notification.ts';
import { TENANT_ID, USER_ID } from './fake-microsoft.ts';

// As Microsoft's pages print them (facts: graph §2.3, §2.4), with GUIDs filled in.
const basic = {
  subscriptionId: '37a10357-0000-4000-8000-000000000003',
  clientState: 'state',
  changeType: 'updated',
  resource: `communications/presences?$filter=id+in+(%27${USER_ID}%27)`,
  subscriptionExpirationDateTime: '2024-04-19T23:58:00.4569264',
  resourceData: {
    '@odata.type': '#Microsoft.Graph.presence',
    '@odata.id': `users/${USER_ID}/presence`,
    id: USER_ID,
  },
  tenantId: TENANT_ID,
};
const encryptedContent = {
  data: 'ZGF0YQ==',
  dataSignature: 'c2ln',
  dataKey: 'a2V5',
  encryptionCertificateId: 'key-1',
  encryptionCertificateThumbprint: '07293748CC064953A3052FB978C735FB89E61C3D',
};
const rich = {
  ...basic,
  organizationId: TENANT_ID,
  resource: `communications/presences('${USER_ID}')`,
  resourceData: { ...basic.resourceData, '@odata.type': '#microsoft.graph.presence' },
  encryptedContent,
};
const { encryptionCertificateThumbprint: _, ...kept } = encryptedContent;
const lifecycle = {
  subscriptionId: basic.subscriptionId,
  subscriptionExpirationDateTime: '2026-11-23T13:55:00.0000000Z',
  tenantId: TENANT_ID,
  clientState: 'state',
  lifecycleEvent: 'reauthorizationRequired',
};
const common = { subscriptionId: basic.subscriptionId, clientState: 'state', tenantId: TENANT_ID };

test('a basic item says whose presence changed, and no more', () => {
  expect(readNotification({ value: [basic] })).toEqual({
    changes: [{ ...common, userId: USER_ID, encrypted: null }],
    lifecycle: [],
    validationTokens: [],
    unreadable: 0,
  });
});

test('rich and lifecycle items travel in one batch, with tokens beside them', () => {
  const read = readNotification({ value: [rich, lifecycle], validationTokens: ['jwt-1'] });
  expect(read?.changes).toEqual([{ ...common, userId: USER_ID, encrypted: kept }]);
  expect(read?.lifecycle).toEqual([{ ...common, event: 'reauthorizationRequired' }]);
  expect(read?.validationTokens).toEqual(['jwt-1']);
});

test('the user is the one of resourceData, whatever resource says', () => {
  const item = {
    ...basic,
    resource: 'communications/presences/00000000-0000-0000-0000-000000000000',
  };
  expect(readNotification({ value: [item] })?.changes[0]?.userId).toBe(USER_ID);
});

test('ids are compared in lower case', () => {
  const upper = {
    ...basic,
    tenantId: TENANT_ID.toUpperCase(),
    resourceData: { id: USER_ID.toUpperCase() },
  };
  expect(readNotification({ value: [upper] })?.changes[0]).toMatchObject({
    tenantId: TENANT_ID,
    userId: USER_ID,
  });
});

test('items that cannot be read are counted and spoil nothing', () => {
  const { clientState: _state, ...stateless } = basic;
  const odd = [
    null,
    7,
    'text',
    {},
    stateless,
    { ...basic, clientState: 'x'.repeat(300) },
    { ...basic, resourceData: null },
    { ...basic, resourceData: { id: 'not a guid' } },
    { ...basic, tenantId: '' },
    { ...rich, encryptedContent: { data: 1 } },
    { ...lifecycle, lifecycleEvent: 'somethingNew' },
  ];
  const read = readNotification({ value: [...odd, basic] });
  expect(read?.changes).toHaveLength(1);
  expect(read?.unreadable).toBe(odd.length);
});

test.each([
  [undefined],
  [null],
  [[]],
  ['text'],
  [{}],
  [{ value: {} }],
  [{ value: [], validationTokens: [1] }],
])('%j is no notification', (body) => {
  expect(readNotification(body)).toBeNull();
});
