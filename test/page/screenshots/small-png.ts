// A picture of a page with 256 colours in place of 16 million: it looks the same and has a third of the
// bytes. Reads what Chromium writes (RGB or RGBA, 8 bits, not interlaced), see https://www.w3.org/TR/png-3/.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;

interface Picture {
  width: number;
  height: number;
  /** 0xRRGGBB, row by row. */
  pixels: Uint32Array;
}

export function smallPng(png: Buffer): Buffer {
  const { width, height, pixels } = read(png);
  const palette = mostUsed(pixels);
  const places = new Map<number, number>();
  const placeOf = (colour: number): number => {
    const known = places.get(colour) ?? nearest(palette, colour);
    places.set(colour, known);
    return known;
  };
  // One byte before each row says that it is not filtered.
  const rows = Buffer.alloc(height * (width + 1));
  for (let at = 0; at < pixels.length; at++) {
    rows[at + Math.floor(at / width) + 1] = placeOf(pixels[at] ?? 0);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, a palette.
  header.set([8, 3], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channels))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function read(png: Buffer): Picture {
  const data: Buffer[] = [];
  let header = Buffer.alloc(0);
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = Buffer.from(body);
    if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const bytes = header[9] === 6 ? 4 : 3;
  const raw = unfiltered(inflateSync(Buffer.concat(data)), width * bytes, bytes);
  const pixels = Uint32Array.from({ length: width * height }, (_, n) =>
    raw.readUIntBE(n * bytes, 3),
  );
  return { width, height, pixels };
}

/** Each row says how its bytes were told by those to the left, above, and between the two. */
function unfiltered(rows: Buffer, stride: number, bytes: number): Buffer {
  const height = rows.length / (stride + 1);
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      const left = x < bytes ? 0 : (out[at - bytes] ?? 0);
      const above = out[at - stride] ?? 0;
      const corner = x < bytes ? 0 : (out[at - stride - bytes] ?? 0);
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter ?? 0];
      out[at] = (rows[y * (stride + 1) + 1 + x] ?? 0) + (guess ?? 0);
    }
  }
  return out;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const far = [left, above, corner].map((one) => Math.abs(guess - one));
  const [toLeft = 0, toAbove = 0, toCorner = 0] = far;
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

function mostUsed(pixels: Uint32Array): number[] {
  const uses = new Map<number, number>();
  for (const colour of pixels) uses.set(colour, (uses.get(colour) ?? 0) + 1);
  const sorted = [...uses].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, COLOURS).map(([colour]) => colour);
}

function nearest(palette: readonly number[], colour: number): number {
  const [red = 0, green = 0, blue = 0] = channels(colour);
  const distances = palette.map((one) => {
    const [r = 0, g = 0, b = 0] = channels(one);
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}

const channels = (colour: number): number[] => [colour >> 16, (colour >> 8) & 255, colour & 255];

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}
