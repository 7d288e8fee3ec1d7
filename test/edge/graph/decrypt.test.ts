// The polyfill that @peculiar/x509 looks for when it is loaded.
import './reflect.ts';

import { X509Certificate } from '@peculiar/x509';
import { beforeAll, expect, test } from 'vitest';
import { type DecryptionKeyPair, makeDecryptionKey } from '../../../edge/graph/certificate.ts';
import { decryptItem, importDecryptionKey } from '../../../edge/graph/decrypt.ts';
import { USER_ID } from './fake-microsoft.ts';

const NOW = Date.UTC(2026, 10, 23);
const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const base64 = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const presence = {
  '@odata.id': `users/${USER_ID}/presence`,
  '@odata.type': '#microsoft.graph.presence',
  id: USER_ID,
  availability: 'Busy',
  activity: 'InAMeeting',
};

let pair: DecryptionKeyPair;
let key: CryptoKey;

beforeAll(async () => {
  pair = await makeDecryptionKey(NOW);
  key = await importDecryptionKey(bytesOf(pair.pkcs8));
});

/** Encrypts as Microsoft does, for whoever holds the certificate (facts: graph §2.6). */
async function encrypted(text: string, certificate = pair.certificate) {
  const symmetric = crypto.getRandomValues(new Uint8Array(32));
  const aes = await crypto.subtle.importKey('raw', symmetric, 'AES-CBC', false, ['encrypt']);
  const iv = symmetric.slice(0, 16);
  const plain = new TextEncoder().encode(text);
  const data = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, aes, plain);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const mac = await crypto.subtle.importKey('raw', symmetric, hmac, false, ['sign']);
  const spki = new X509Certificate(certificate).publicKey.rawData;
  const oaep = { name: 'RSA-OAEP', hash: 'SHA-1' };
  const rsa = await crypto.subtle.importKey('spki', spki, oaep, false, ['encrypt']);
  return {
    data: base64(data),
    dataSignature: base64(await crypto.subtle.sign('HMAC', mac, data)),
    dataKey: base64(await crypto.subtle.encrypt(oaep, rsa, symmetric)),
  };
}

test('the certificate is self-signed, of 2048 bits, valid around now, in plain base64 DER', async () => {
  const certificate = new X509Certificate(pair.certificate);
  expect(pair.certificate).toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  expect(certificate.publicKey.algorithm).toMatchObject({ modulusLength: 2048 });
  expect(certificate.notBefore.getTime()).toBeLessThan(NOW);
  expect(certificate.notAfter.getTime()).toBeGreaterThan(NOW);
  expect(await certificate.isSelfSigned()).toBe(true);
  expect((await makeDecryptionKey(NOW)).id).not.toBe(pair.id);
});

test('what Microsoft encrypts for the certificate is opened with its key', async () => {
  const item = await encrypted(JSON.stringify(presence));
  expect(await decryptItem(item, key)).toEqual({
    userId: USER_ID,
    presence: { availability: 'Busy', activity: 'InAMeeting' },
  });
});

test('a sequence number is kept, other members are not', async () => {
  const full = { ...presence, sequenceNumber: 'A0534', statusMessage: { message: 'Grüße' } };
  expect(await decryptItem(await encrypted(JSON.stringify(full)), key)).toEqual({
    userId: USER_ID,
    presence: { availability: 'Busy', activity: 'InAMeeting' },
    sequence: 'A0534',
  });
});

const flipped = (text: string) => {
  const bytes = bytesOf(text);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  return base64(bytes.buffer);
};

test('nothing that was touched is opened', async () => {
  const item = await encrypted(JSON.stringify(presence));
  const touched = [
    { ...item, data: flipped(item.data) },
    { ...item, dataSignature: flipped(item.dataSignature) },
    { ...item, dataKey: flipped(item.dataKey) },
    { ...item, data: 'not base64!' },
    { ...item, data: '' },
    { ...item, dataSignature: '' },
    { ...item, dataKey: '' },
  ];
  for (const one of touched) expect(await decryptItem(one, key)).toBeNull();
});

test('neither is what is for another key, or no presence', async () => {
  const other = await makeDecryptionKey(NOW);
  expect(await decryptItem(await encrypted('{}', other.certificate), key)).toBeNull();
  for (const text of ['{}', 'not json', '[]', '{"id":"x"}']) {
    expect(await decryptItem(await encrypted(text), key)).toBeNull();
  }
});
