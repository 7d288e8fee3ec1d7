import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { smallPng } from './screenshots/small-png.ts';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** Colours of a picture with a palette, row by row, and whether all its checksums are right. */
function look(png: Buffer) {
  const parts = new Map<string, Buffer>();
  for (let at = SIGNATURE.length; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    expect(png.readUInt32BE(end)).toBe(crc32(png.subarray(at + 4, end)));
    parts.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, end));
    at = end + 4;
  }
  const palette = parts.get('PLTE') as Buffer;
  const width = (parts.get('IHDR') as Buffer).readUInt32BE(0);
  const rows = inflateSync(parts.get('IDAT') as Buffer);
  const places = [...rows].filter((_, at) => at % (width + 1) !== 0);
  return places.map((place) => palette.subarray(place * 3, place * 3 + 3).toString('hex'));
}

const rgb = (width: number, rows: number[][]) => {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([8, 2], 8);
  const data = deflateSync(Buffer.from(rows.flat()));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};

test('every way of telling a row is read, and up to 256 colours stay what they are', () => {
  const rows = [
    [0, 1, 2, 3, 10, 20, 30],
    [1, 5, 5, 5, 1, 1, 1],
    [2, 0, 0, 0, 9, 9, 9],
    [3, 1, 1, 1, 0, 0, 0],
    [4, 1, 0, 0, 0, 0, 2],
  ];
  expect(look(smallPng(rgb(2, rows)))).toEqual([
    ...['010203', '0a141e'],
    ...['050505', '060606'],
    ...['050505', '0f0f0f'],
    ...['030303', '090909'],
    ...['040303', '09090b'],
  ]);
});

test('of more colours the rare ones become their neighbours', () => {
  const often = Array.from({ length: 256 }, (_, n) => [n, 0, 0]);
  const row = [0, ...often.flat(), ...often.flat(), 100, 3, 0];
  const seen = look(smallPng(rgb(513, [row])));
  expect(seen.at(-1)).toBe('640000');
  expect(new Set(seen).size).toBe(256);
});
