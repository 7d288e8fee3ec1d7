import { expect, test } from 'vitest';
import {
  bitString,
  explicit,
  nothing,
  objectIdentifier,
  positive,
  sequence,
  setOf,
  time,
  utf8,
} from '../../../edge/graph/der.ts';

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const bytes = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

// Examples of X.690 §8 where it has one, else worked out by hand from there.
test.each([
  ['an identifier', objectIdentifier('2.5.4.3'), '0603550403'],
  [
    'an identifier of large numbers',
    objectIdentifier('1.2.840.113549.1.1.11'),
    '06092a864886f70d01010b',
  ],
  ['a small number', positive(bytes('02')), '020102'],
  ['zero', positive(bytes('0000')), '020100'],
  ['a number without zeros before it', positive(bytes('00007f')), '02017f'],
  ['a number that would look negative', positive(bytes('80')), '02020080'],
  ['nothing', nothing(), '0500'],
  ['a text', utf8('ä'), '0c02c3a4'],
  ['bits', bitString(bytes('0a3b')), '0303000a3b'],
  ['a sequence', sequence(nothing(), positive(bytes('01'))), '30050500020101'],
  ['a set', setOf(nothing()), '31020500'],
  ['a number put in front', explicit(0, positive(bytes('02'))), 'a003020102'],
])('%s', (_, made, expected) => {
  expect(hex(made)).toBe(expected);
});

test.each([
  [127, '7f'],
  [128, '8180'],
  [255, '81ff'],
  [256, '820100'],
  [65_536, '83010000'],
])('a length of %i', (length, expected) => {
  expect(hex(utf8('x'.repeat(length))).slice(2, 2 + expected.length)).toBe(expected);
});

test.each([
  ['2026-11-23T01:02:03.999Z', '170d3236313132333031303230335a'],
  ['2049-12-31T23:59:59Z', '170d3439313233313233353935395a'],
  ['2050-01-01T00:00:00Z', '180f32303530303130313030303030305a'],
])('%s, with a year of two digits before 2050', (at, expected) => {
  expect(hex(time(Date.parse(at)))).toBe(expected);
});
