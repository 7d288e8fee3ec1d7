// The app that writes proves itself by a certificate instead of a secret; its end is told beforehand, and
// what could not be written after it is written with the next one.
import { describe, expect, it } from 'vitest';
import { makeDecryptionKey } from '../../edge/graph/certificate.ts';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast, LampView } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { onLongStage } from './stage.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** What certificates from there are made for. */
const LIFETIME_MS = 3_650 * DAY;

let demo: SetUp;
let cast: Cast;
let clock: MovingClock;
onLongStage('certificate-sign-in', (stage) => {
  ({ demo, cast, clock } = stage);
});

interface Certificate {
  certificate: string;
  privateKey: string;
}

/** RSA in PEM, as an admin makes one. */
async function certificateUntil(endsAt: number): Promise<Certificate> {
  const made = await makeDecryptionKey(endsAt - LIFETIME_MS);
  const pem = (label: string, base64: string) =>
    `-----BEGIN ${label}-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
  return {
    certificate: pem('CERTIFICATE', made.certificate),
    privateKey: pem('PRIVATE KEY', made.pkcs8),
  };
}

const upload = ({ certificate }: Certificate) =>
  demo.lab.microsoft.addCertificate(demo.lab.microsoft.clientIdSyncToTeams, certificate);
const enter = (certificateSyncToTeams: Certificate) =>
  demo.admin.send('PATCH', '/api/settings', { certificateSyncToTeams });
const check = () => demo.admin.send<LampView>('POST', '/api/checks/tokenForWriting');

/** How the app that writes has proven itself since the records were cleared. */
const proofs = () =>
  demo.lab.microsoft.records.requests
    .map(({ body }) => body as Record<string, string> | undefined)
    .filter((body) => body?.['grant_type'] === 'client_credentials')
    .map((body) => Object.keys(body ?? {}).filter((key) => /secret|assertion$/.test(key)));

async function writesArrive(): Promise<void> {
  cast.pbx('dora').setPresence('dnd');
  await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
  cast.pbx('dora').setPresence('');
  await cast.bothSidesEqual();
  await cast.allGreen();
}

describe('a certificate', () => {
  it('takes the place of the secret, which may then go', async () => {
    demo.lab.microsoft.records.clear();
    const certificate = await certificateUntil(clock.now() + 90 * DAY);
    upload(certificate);
    await enter(certificate);
    await demo.admin.send('PATCH', '/api/settings', { clientSecretSyncToTeams: null });
    expect(await demo.admin.get('/api/settings')).toMatchObject({
      certificateSyncToTeams: { set: true },
      clientSecretSyncToTeams: { set: false },
    });
    await writesArrive();
    expect(proofs().length).toBeGreaterThan(0);
    for (const proof of proofs()) expect(proof).toEqual(['client_assertion']);
  });

  it('that is not uploaded is refused by name, and serves as soon as it is', async () => {
    const certificate = await certificateUntil(clock.now() + 40 * DAY);
    await enter(certificate);
    const lamp = await eventually(
      () => cast.lamp('tokenForWriting'),
      ({ state }) => state === 'error',
    );
    expect(lamp.message).toMatch(/does not accept the certificate .* not uploaded/);
    expect(lamp.action).toMatch(/Certificates & secrets → Certificates/);
    cast.pbx('carol').setPresence('away');
    upload(certificate);
    expect(await check()).toMatchObject({ state: 'ok' });
    await becomes(cast.inTeams('carol'), 'Away/Away');
    cast.pbx('carol').setPresence('');
    await writesArrive();
  });

  it('that ends is told of for thirty days, is an error when it has ended, and the next one mends it', async () => {
    const turns = (state: string) => async () =>
      (await cast.lamp('tokenForWriting')).state === state;
    await clock.stride(9 * DAY, cast.isAllGreen, HOUR);
    await clock.stride(2 * DAY, turns('warning'), HOUR);
    const { message, action } = await cast.lamp('tokenForWriting');
    expect(message).toMatch(/ends on 20\d\d-\d\d-\d\d \(days left: (28|29)\)/);
    expect(action).toMatch(/Upload certificate/);
    await clock.stride(30 * DAY, turns('error'), HOUR);
    expect((await cast.lamp('tokenForWriting')).message).toMatch(/has ended on 20\d\d-\d\d-\d\d/);

    cast.pbx('dora').setPresence('dnd');
    cast.teams('alice').choose('Busy');
    await becomes(cast.onPbx('alice'), 'busy');
    expect(cast.inTeams('dora')()).not.toBe('DoNotDisturb/DoNotDisturb');
    const next = await certificateUntil(clock.now() + 365 * DAY);
    upload(next);
    await enter(next);
    await becomes(cast.inTeams('dora'), 'DoNotDisturb/DoNotDisturb');
    await cast.allGreen();
    await cast.bothSidesEqual();
  });
});
