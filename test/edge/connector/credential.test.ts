import { expect, test, vi } from 'vitest';
import { makeDecryptionKey } from '../../../edge/graph/certificate.ts';
import { Bed, GRAPH, graphRefusal, json, MINUTE, SECOND, SLOW, START, value } from './bed.ts';

const DAY = 1_440 * MINUTE;
const REGISTRATION = `GET ${GRAPH}/applications`;

/** Days pass in one step: what is due then is done once. */
async function pass(bed: Bed, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await bed.settle();
}

const ends = (at: number) => () =>
  json({
    passwordCredentials: [{ hint: 'wri', endDateTime: new Date(at).toISOString() }],
  });

test('the end of a client secret is asked for once a day, and warned of 30 days before', async () => {
  const bed = new Bed();
  bed.microsoft.on(REGISTRATION, ends(START + 31.5 * DAY));
  value(await bed.put(SLOW));
  await bed.settle();
  expect((await bed.lamp('tokenForWriting')).state).toBe('ok');
  expect(bed.microsoft.count(REGISTRATION)).toBe(1);
  // Settings that are about something else are no reason to ask.
  value(await bed.patch({ directions: 'teams-to-pbx' }));
  await bed.settle();
  expect(bed.microsoft.count(REGISTRATION)).toBe(1);
  await pass(bed, DAY);
  await pass(bed, DAY);
  expect(bed.microsoft.count(REGISTRATION)).toBe(3);
  expect(await bed.lamp('tokenForWriting')).toMatchObject({
    state: 'warning',
    code: 'client-secret-expiring',
    params: { day: '2100-02-02', days: 29 },
  });
  expect((await bed.lamp('tokenForReading')).state).toBe('ok');
  // A new secret: what was known is of the old one.
  bed.microsoft.on(REGISTRATION, () => graphRefusal(403, 'Authorization_RequestDenied'));
  bed.microsoft.secret = 'another-secret';
  value(await bed.patch({ clientSecretSyncToTeams: 'another-secret' }));
  await bed.settle();
  expect((await bed.lamp('tokenForWriting')).state).toBe('ok');
});

test.each([403, 404, 501])(
  'that it cannot be known (%i) is no fault, and asked again tomorrow',
  async (status) => {
    const bed = new Bed();
    bed.microsoft.on(REGISTRATION, () => graphRefusal(status, 'Refused'));
    value(await bed.put(SLOW));
    await bed.settle();
    await pass(bed, DAY - MINUTE);
    expect((await bed.lamp('tokenForWriting')).state).toBe('ok');
    expect((await bed.lamp('settings')).state).toBe('ok');
    expect(bed.microsoft.count(REGISTRATION)).toBe(1);
    await pass(bed, 2 * MINUTE);
    expect(bed.microsoft.count(REGISTRATION)).toBe(2);
  },
);

test('throttled or in trouble, it waits an hour, and nothing else waits for it', async () => {
  const bed = new Bed();
  bed.microsoft.on(REGISTRATION, () =>
    graphRefusal(429, 'TooManyRequests', 'no', { 'retry-after': '300' }),
  );
  await bed.pairs(2);
  const reads = bed.microsoft.count('getPresencesByUserId');
  await bed.later(MINUTE);
  expect(bed.microsoft.count('getPresencesByUserId') - reads).toBeGreaterThan(8);
  expect(bed.microsoft.count(REGISTRATION)).toBe(1);
  bed.microsoft.on(REGISTRATION, ends(START + DAY));
  await pass(bed, 60 * MINUTE);
  expect((await bed.lamp('tokenForWriting')).code).toBe('client-secret-expiring');
});

test('a certificate is read where it is: nobody is asked, and an expired one is refused nothing', async () => {
  const bed = new Bed();
  // Valid for ten years from then, which is a moment more than twenty days from now.
  const made = await makeDecryptionKey(START - 3_650 * DAY + 20 * DAY + SECOND);
  const pem = (label: string, base64: string) =>
    `-----BEGIN ${label}-----\n${base64.match(/.{1,64}/g)?.join('\n')}\n-----END ${label}-----\n`;
  const certificateSyncToTeams = {
    certificate: pem('CERTIFICATE', made.certificate),
    privateKey: pem('PRIVATE KEY', made.pkcs8),
  };
  bed.microsoft.on('POST https://login', () =>
    json({ token_type: 'Bearer', expires_in: 3599, access_token: 'app-token' }),
  );
  value(await bed.put({ ...SLOW, certificateSyncToTeams }));
  await bed.settle();
  expect(await bed.lamp('tokenForWriting')).toMatchObject({
    state: 'warning',
    code: 'client-certificate-expiring',
    params: { days: 20 },
  });
  expect(bed.microsoft.count(REGISTRATION)).toBe(0);
  await pass(bed, 21 * DAY);
  expect(await bed.lamp('tokenForWriting')).toMatchObject({
    state: 'error',
    code: 'client-certificate-expired',
  });
  // Whether it still serves is Microsoft's word, not ours.
  expect((await bed.lamp('teamsUsers')).code).not.toBe('client-certificate-expired');
});
