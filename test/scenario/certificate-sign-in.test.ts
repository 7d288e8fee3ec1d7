// The app that writes proves itself by a certificate instead of a secret; its end is told beforehand, and
// what could not be written after it is written with the next one.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDecryptionKey } from '../../edge/graph/certificate.ts';
import type { MovingClock } from '../sim/clock/moving-clock.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import type { Cast, LampView } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { commandOfTheSetup, openssl, whyNoOpenssl } from './openssl.ts';
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

describe.skipIf(whyNoOpenssl)(`a certificate made with openssl ${whyNoOpenssl}`, () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'openssl-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const make = (command: string) => openssl(directory, command);
  const inFile = (name: string) => readFile(join(directory, name), 'utf8');
  /** As the setup says, but for the kind of key. */
  async function made(newkey = 'rsa:2048'): Promise<Certificate> {
    await make((await commandOfTheSetup()).replace('rsa:2048', newkey));
    return {
      certificate: await inFile('presence-connector.crt'),
      privateKey: await inFile('presence-connector.key'),
    };
  }

  const forms: [string, string, (one: Certificate) => Promise<Certificate>][] = [
    ['as the setup says', 'rsa:2048', async (one) => one],
    ['with a longer key', 'rsa:4096', async (one) => one],
    [
      'with all that it says in words before it, and lines as Windows ends them',
      'rsa:2048',
      async ({ privateKey }) => {
        await make('x509 -in presence-connector.crt -text -out in-words.crt');
        const crlf = (text: string) => text.replaceAll('\n', '\r\n');
        return { certificate: crlf(await inFile('in-words.crt')), privateKey: crlf(privateKey) };
      },
    ],
  ];
  it.each(forms)('%s: writes arrive with it', async (_, newkey, formed) => {
    const certificate = await formed(await made(newkey));
    upload(certificate);
    demo.lab.microsoft.records.clear();
    await enter(certificate);
    expect(await check()).toMatchObject({ state: 'ok' });
    await writesArrive();
    expect(proofs().length).toBeGreaterThan(0);
    for (const proof of proofs()) expect(proof).toEqual(['client_assertion']);
  });

  const unfit: [string, string, string][] = [
    ['in the old form (PKCS #1)', 'rsa -in presence-connector.key -traditional', 'RSA PRIVATE'],
    [
      'with a password',
      'pkcs8 -topk8 -in presence-connector.key -passout pass:secret',
      'ENCRYPTED PRIVATE',
    ],
  ];
  it.each(unfit)('its key %s is refused at once, by a sentence', async (_, command, begins) => {
    const { certificate } = await made();
    await make(`${command} -out unfit.key`);
    const privateKey = await inFile('unfit.key');
    expect(privateKey).toContain(`BEGIN ${begins} KEY`);
    await expect(enter({ certificate, privateKey })).rejects.toThrow(/422.*unencrypted PKCS #8/s);
    await cast.allGreen();
  });

  it.each([
    ['of another kind than RSA', 'ec', /RSA in PEM \(PKCS #8\) is needed/],
    ['of another certificate', 'rsa:2048', /the private key is not its own/],
  ])('its key %s is named by the lamp, and the right one mends it', async (_, newkey, saying) => {
    const right = await made();
    upload(right);
    const { privateKey } = await made(
      newkey === 'ec' ? 'ec -pkeyopt ec_paramgen_curve:prime256v1' : newkey,
    );
    await enter({ certificate: right.certificate, privateKey });
    await eventually(
      () => cast.lamp('tokenForWriting'),
      ({ state, message }) => state === 'error' && saying.test(message),
    );
    cast.pbx('carol').setPresence('away');
    await enter(right);
    await becomes(cast.inTeams('carol'), 'Away/Away');
    cast.pbx('carol').setPresence('');
    await writesArrive();
  });
});

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
    expect(message).toMatch(/expires on 20\d\d-\d\d-\d\d \(days left: (28|29)\)/);
    expect(action).toMatch(/Upload certificate/);
    await clock.stride(30 * DAY, turns('error'), HOUR);
    expect((await cast.lamp('tokenForWriting')).message).toMatch(/expired on 20\d\d-\d\d-\d\d/);

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
