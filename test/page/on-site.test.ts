// What the page says to type on site is what the agent takes.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../agent/config-files.ts';
import {
  commandOn,
  configToml,
  placesOn,
  protectOn,
  SYSTEMS,
} from '../../edge/page/agents/on-site.ts';

const PBX = { name: 'pbx "1"', address: '192.0.2.10', app: 'microsoft365' };

test.each(SYSTEMS)('the configuration for %s is one that the agent reads', async (system) => {
  const directory = await mkdtemp(join(tmpdir(), 'on-site-'));
  const file = join(directory, 'config.toml');
  await writeFile(file, configToml(system, PBX));
  expect(await readConfig(file)).toMatchObject({
    pbx: [{ name: 'pbx "1"', url: 'wss://192.0.2.10/PBX0/APPS/websocket', app: 'microsoft365' }],
  });
  await rm(directory, { recursive: true });
});

test('what closes the folder of the secrets on Windows is what the documentation says', async () => {
  const doc = await readFile('docs/setup-innovaphone.md', 'utf8');
  const lines = doc.split('\n').filter((line) => line.startsWith('icacls '));
  expect([protectOn('windows')]).toEqual(lines);
  for (const file of Object.values(placesOn('windows')).filter((path) => path.startsWith('C:'))) {
    expect(file.split('\\').slice(0, -1).join('\\')).toBe(lines[0]?.split(' ')[1]);
  }
  expect(protectOn('linux')).toBeUndefined();
});

test('the command is the one of the edge, with the program as it is called there', () => {
  const command = 'presence-agent enrol https://presence-agent.example.net/a.example/b CODE';
  expect(commandOn('linux', command)).toBe(command);
  expect(commandOn('windows', command)).toBe(
    'node "C:\\Program Files\\presence-agent\\presence-agent.mjs" enrol https://presence-agent.example.net/a.example/b CODE',
  );
});
