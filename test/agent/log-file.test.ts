import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openLogFile } from '../../agent/log-file.ts';
import { Refusal } from '../../agent/refusal.ts';
import { temporaryDirectory } from './temporary.ts';

test('a log file goes on where it was, and never grows beyond its limit', async () => {
  const file = join(await temporaryDirectory(), 'agent.log');
  openLogFile(file, 30)('first line');
  const write = openLogFile(file, 30);
  write('second line');
  expect(await readFile(file, 'utf8')).toBe('first line\nsecond line\n');
  write('third line');
  expect(await readFile(file, 'utf8')).toBe('third line\n');
  expect(await readFile(`${file}.1`, 'utf8')).toBe('first line\nsecond line\n');
});

test('a file that cannot be written is refused at the start', async () => {
  const file = join(await temporaryDirectory(), 'missing', 'agent.log');
  expect(() => openLogFile(file)).toThrow(Refusal);
  expect(() => openLogFile(file)).toThrow(
    `"log_file": ${file} cannot be written (ENOENT): make its directory, and let the user of the agent write there.`,
  );
});

describe('a file whose name cannot be changed, as in /var/log,', () => {
  /** Something is in the way, which stops root as well. */
  async function pinned(): Promise<string> {
    const file = join(await temporaryDirectory(), 'agent.log');
    await mkdir(`${file}.1`);
    await writeFile(join(`${file}.1`, 'in-the-way'), '');
    return file;
  }

  test('takes every new line, and loses its oldest ones in place of growing', async () => {
    const file = await pinned();
    const write = openLogFile(file, 40);
    for (let at = 10; at < 40; at += 1) {
      write(`line ${at}`);
      const text = await readFile(file, 'utf8');
      expect(text.length).toBeLessThanOrEqual(40);
      expect(text.endsWith(`line ${at}\n`)).toBe(true);
      expect(text).toMatch(/^(line \d+\n)+$/);
    }
    expect(await readFile(file, 'utf8')).toMatch(/line 38\nline 39\n$/);
  });

  test('begins anew behind a line that is longer than it may be', async () => {
    const file = await pinned();
    const write = openLogFile(file, 40);
    write('x'.repeat(100));
    write('short');
    expect(await readFile(file, 'utf8')).toBe('short\n');
  });
});
