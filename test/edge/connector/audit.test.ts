import { beforeEach, expect, test } from 'vitest';
import { checkSettings } from '../../../shared/settings/schema.ts';
import { Bed, guid, refusal, SLOW, SUBSCRIBING, teamsId, value } from './bed.ts';

const WHO = 'access:ann@example.com';
/** Values that no entry may hold. */
const VALUES = ['s3cret', 'boss@example.com', 'pa55', 'Reseller', 'Basement', guid(1), 'digest'];

let bed: Bed;
beforeEach(async () => {
  bed = new Bed();
  await bed.pairs(2, SLOW);
});

const put = async (settings: Record<string, unknown>) => {
  const checked = checkSettings(settings);
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
  const { name: connector } = bed;
  const change = { kind: 'put', settings: checked.settings } as const;
  return bed.stub.writeSettings({ connector, who: WHO, change });
};
const patch = (change: unknown) =>
  bed.stub.writeSettings({
    connector: bed.name,
    who: WHO,
    change: { kind: 'patch', patch: change },
  });

const trail = async () => value(await bed.stub.audit());

const writes: [string, () => Promise<unknown>, string, (string | RegExp)[]][] = [
  [
    'settings replaced',
    async () => value(await put({ ...SLOW, pollSeconds: 60, clientSecretSyncToTeams: 's3cret' })),
    'settings changed',
    ['pollSeconds', 'clientSecretSyncToTeams'],
  ],
  [
    'settings merged',
    async () => value(await patch({ masterPbx: 'main', matching: ['email'] })),
    'settings changed',
    ['masterPbx', 'matching'],
  ],
  [
    'a secret removed',
    async () => value(await patch({ clientSecretSyncToTeams: null })),
    'settings changed',
    ['clientSecretSyncToTeams'],
  ],
  [
    'an override set',
    async () => value(await bed.stub.setOverride(WHO, teamsId(2), guid(1))),
    'settings changed',
    ['overrides'],
  ],
  [
    'a token issued',
    async () => value(await bed.stub.addToken(WHO, { name: 'Reseller', hash: 'digest' })),
    'token issued',
    [/^[0-9a-f-]{36}$/],
  ],
  [
    'a token revoked',
    async () => {
      const { id } = value(
        await bed.stub.addToken('operator', { name: 'Reseller', hash: 'digest' }),
      );
      value(await bed.stub.removeToken(WHO, id));
    },
    'token revoked',
    [/^[0-9a-f-]{36}$/],
  ],
  [
    'an account added',
    async () =>
      value(await bed.stub.addAccount(WHO, { username: 'boss@example.com', password: 'pa55' })),
    'account added',
    [/./],
  ],
  [
    'an account removed',
    async () => {
      const account = { username: 'boss@example.com', password: 'pa55' };
      const { id } = value(await bed.stub.addAccount('operator', account));
      value(await bed.stub.removeAccount(WHO, id));
    },
    'account removed',
    [/./],
  ],
  [
    'an enrolment opened',
    async () => value(await bed.stub.openEnrolment(WHO, 'Basement')),
    'enrolment opened',
    [/^[0-9a-f-]{36}$/],
  ],
  [
    'an agent removed',
    async () => {
      const [agent] = value(await bed.stub.listAgents());
      value(await bed.stub.removeAgent(WHO, agent?.id ?? ''));
    },
    'agent removed',
    [/^[0-9a-f-]{36}$/],
  ],
];

test.each(writes)('%s is in the trail, without values', async (_, write, action, keys) => {
  await write();
  const [entry] = await trail();
  expect(entry).toMatchObject({ who: WHO, action, at: expect.stringMatching(/^2100-01-01T/) });
  expect(entry?.keys).toEqual(
    keys.map((key) => (typeof key === 'string' ? key : expect.stringMatching(key))),
  );
  const text = JSON.stringify(await trail());
  for (const one of VALUES) expect(text).not.toContain(one);
});

test('creating a connector is its first entry, an enrolled agent names itself', async () => {
  const entries = await trail();
  expect(entries.at(-1)).toMatchObject({ who: 'operator', action: 'connector created' });
  expect(entries.at(-1)?.keys).toContain('masterPbx');
  expect(entries[0]).toMatchObject({ who: 'agent', action: 'agent enrolled' });
});

test('what was refused, or changed nothing of the settings, tells so', async () => {
  const before = await trail();
  expect(refusal(await bed.stub.removeToken(WHO, 'none'))).toBe('not-found');
  expect(refusal(await bed.stub.removeAccount(WHO, 'none'))).toBe('not-found');
  expect(refusal(await bed.stub.removeAgent(WHO, 'none'))).toBe('not-found');
  expect(refusal(await bed.stub.setOverride(WHO, teamsId(99), guid(1)))).toBe('not-found');
  expect(refusal(await patch({ pollSeconds: 1 }))).toBe('invalid');
  expect(await trail()).toEqual(before);
  value(await put(SUBSCRIBING));
  expect((await trail())[0]?.keys).toEqual(
    expect.arrayContaining(['source', 'notificationUrl', 'clientIdSyncToPbx', 'tenantSyncToPbx']),
  );
});
