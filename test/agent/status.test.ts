import { afterEach, expect, test } from 'vitest';
import { status } from '../../agent/status.ts';
import { temporaryFile } from './temporary.ts';

const { platform } = process;
const on = (value: string) => Object.defineProperty(process, 'platform', { value });
afterEach(() => on(platform));

test.each([
  ['linux', '"systemctl status presence-agent"'],
  ['win32', 'the task "Presence Agent" in the Task Scheduler'],
])('where no agent answers, on %s it is said where to look', async (system, where) => {
  const configFile = await temporaryFile('config.toml', 'health = "127.0.0.1:1"\n');
  on(system);
  const asked = status({ configFile, json: false, say() {}, now: () => 0 });
  await expect(asked).rejects.toThrow(`Start it with "presence-agent run", or see ${where}.`);
});
