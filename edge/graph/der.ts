// Writes the few forms of DER (ITU-T X.690) that a certificate is made of. Knows nothing of certificates.

/** Tags (X.690 §8; X.680 §8.4). */
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const NULL = 0x05;
const OBJECT_IDENTIFIER = 0x06;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;
const SET = 0x31;
const EXPLICIT = 0xa0;

type Der = Uint8Array<ArrayBuffer>;

export const sequence = (...parts: Der[]): Der => tagged(SEQUENCE, joined(parts));
/** Of one element: several would have to be sorted. */
export const setOf = (only: Der): Der => tagged(SET, only);
export const explicit = (number: number, inner: Der): Der => tagged(EXPLICIT + number, inner);
export const nothing = (): Der => tagged(NULL, new Uint8Array());
export const utf8 = (text: string): Der => tagged(UTF8_STRING, encoded(text));
/** All bits of the bytes: none of the last is unused. */
export const bitString = (bytes: Der): Der => tagged(BIT_STRING, joined([Uint8Array.of(0), bytes]));

/** A positive integer, the highest byte first. */
export function positive(bytes: Der): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = first < 0 ? Uint8Array.of(0) : bytes.slice(first);
  const looksNegative = (shortest[0] ?? 0) > 0x7f;
  return tagged(INTEGER, looksNegative ? joined([Uint8Array.of(0), shortest]) : shortest);
}

/** `2.5.4.3`, of which the first two numbers share a byte. */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(
    OBJECT_IDENTIFIER,
    Uint8Array.from([40 * first + second, ...rest].flatMap(base128)),
  );
}

/** A moment to the second; from 2050 on its year has four digits (RFC 5280 §4.1.2.5). */
export function time(at: number): Der {
  const text = `${new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14)}Z`;
  const isLate = new Date(at).getUTCFullYear() >= 2050;
  return isLate
    ? tagged(GENERALIZED_TIME, encoded(text))
    : tagged(UTC_TIME, encoded(text.slice(2)));
}

const encoded = (text: string): Der => new Uint8Array(new TextEncoder().encode(text));

function tagged(tag: number, content: Der): Der {
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x80 + base256(length).length, ...base256(length)];
  return joined([Uint8Array.of(tag, ...size), content]);
}

const base256 = (number: number): number[] =>
  number < 256 ? [number] : [...base256(Math.floor(number / 256)), number % 256];

/** Seven bits a byte, all but the last with the eighth set. */
const base128 = (number: number): number[] =>
  number < 128
    ? [number]
    : [...base128(Math.floor(number / 128)).map((byte) => byte | 0x80), number % 128];

function joined(parts: Der[]): Der {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
