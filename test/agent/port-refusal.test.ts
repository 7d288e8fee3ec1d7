import { expect, test } from 'vitest';
import { portRefusal } from '../../agent/port-refusal.ts';

test.each([
  [
    'EADDRINUSE',
    '"listen": 127.0.0.1:9471 is taken by another program: end that one, or name another port.',
  ],
  ['EADDRNOTAVAIL', '"listen": 127.0.0.1:9471 is no address of this machine: name one that is.'],
  ['EACCES', '"listen": 127.0.0.1:9471 needs more rights: use another port, above 1023.'],
])('%s is said with what to do', (code, sentence) => {
  expect(portRefusal('"listen": 127.0.0.1:9471', code)?.sentences).toEqual([sentence]);
});

test('what is not the fault of address or port is not said to be', () => {
  expect(portRefusal('"listen": 127.0.0.1:9471', 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')).toBe(
    undefined,
  );
});
