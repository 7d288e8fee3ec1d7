// `presence-agent install-service` and `uninstall-service`: puts the unit (on Windows the task) where the
// system looks for it, and takes all of it away again.
import { execFile } from 'node:child_process';
import { chown, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../config.ts';
import { readConfig } from '../config-files.ts';
import { pathOf } from '../identity.ts';
import { places } from '../places.ts';
import { Refusal } from '../refusal.ts';
import { HIDDEN, mustBeWhole, mustHavePlace } from './service-places.ts';
import { systemdUnit, UNIT, USER } from './systemd-unit.ts';
import { TASK, windowsTask } from './windows-task.ts';

export interface ServiceOptions {
  readonly configFile: string;
  readonly program: readonly string[];
  /** Where another system is being prepared: its root directory; `/` is this one. */
  readonly root: string;
  say(line: string): void;
}

const UNIT_PATH = join('etc', 'systemd', 'system', UNIT);

/** Only shows what would be installed. */
export async function printService({ configFile, program, say }: ServiceOptions): Promise<void> {
  const config = await settingsOf(configFile);
  mustBeWhole(config, configFile);
  say(describe(config, resolve(configFile), program).trimEnd());
}

export async function installService(options: ServiceOptions): Promise<void> {
  const { program, root, say } = options;
  const configFile = resolve(options.configFile);
  const config = await settingsOf(configFile);
  mustBeWhole(config, configFile);
  await mustHavePlace(config, root);
  if (process.platform === 'win32') return installTask(config, configFile, options);
  mustBeSeen(program);
  const unit = join(root, UNIT_PATH);
  await put(unit, describe(config, configFile, program));
  say(`Wrote ${unit}.`);
  if (root !== '/') {
    say(`There, run: useradd --system ${USER}; systemctl enable ${UNIT}`);
    return;
  }
  await makeUser(say);
  await handOver(config, configFile, say);
  if (!(await isSystemdHere())) {
    say('systemd does not run here, so nothing was started.');
    return;
  }
  await command('systemctl', 'daemon-reload');
  await command('systemctl', 'enable', UNIT);
  await command('systemctl', 'restart', UNIT);
  say(
    `Started, and it starts with the machine. See: systemctl status ${UNIT}; journalctl -u ${UNIT}`,
  );
}

/** Leaves the configuration and the identity: those are the admin's. */
export async function uninstallService({ root, say }: ServiceOptions): Promise<void> {
  if (process.platform === 'win32') {
    // First, or it is started anew in the very minute in which it was ended.
    await command('schtasks', '/Change', '/TN', TASK, '/DISABLE').catch(() => undefined);
    await command('schtasks', '/End', '/TN', TASK).catch(() => undefined);
    await command('schtasks', '/Delete', '/TN', TASK, '/F');
    say(
      `Removed the task "${TASK}". ${places.configFile} and ${places.stateDir} are yours to delete.`,
    );
    return;
  }
  const unit = join(root, UNIT_PATH);
  const isHere = root === '/' && (await isSystemdHere());
  if (isHere) await command('systemctl', 'disable', '--now', UNIT).catch(() => undefined);
  const existed = (await stat(unit).catch(() => undefined)) !== undefined;
  await rm(unit, { force: true });
  if (isHere) {
    await command('systemctl', 'daemon-reload');
    await command('systemctl', 'reset-failed', UNIT).catch(() => undefined);
  }
  if (root === '/') await command('userdel', USER).catch(() => undefined);
  say(
    existed
      ? `Removed ${unit}${root === '/' ? ` and the user ${USER}` : ''}.`
      : 'There was no service.',
  );
  say(`What is left is yours to delete: ${dirname(places.configFile)} and ${places.stateDir}.`);
}

async function settingsOf(configFile: string): Promise<Config> {
  const config = await readConfig(configFile);
  if (config) return config;
  throw new Refusal(`There is no configuration file ${configFile}: write it first.`);
}

function describe(config: Config, configFile: string, program: readonly string[]): string {
  if (process.platform === 'win32') return windowsTask({ program, configFile });
  return systemdUnit({
    ...{ program, configFile },
    stateDir: resolve(config.state_dir ?? places.stateDir),
    ...(config.log_file ? { logFile: resolve(config.log_file) } : {}),
  });
}

/** ProtectHome hides what lies in a home directory, the program itself among it. */
function mustBeSeen(program: readonly string[]): void {
  const hidden = program.find((word) => HIDDEN.test(word));
  if (hidden === undefined) return;
  throw new Refusal(
    `${hidden} lies in a home directory, which the service cannot see: put Node and the agent elsewhere, e.g. /usr/bin/node and /opt/presence-agent/presence-agent.mjs, and call it from there.`,
  );
}

async function put(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: 0o644 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal(`${path} cannot be written (${code}): run this as root.`);
  }
}

async function makeUser(say: (line: string) => void): Promise<void> {
  if (await idOf('-u')) return;
  const words = ['--system', '--no-create-home', '--home-dir', places.stateDir, '--user-group'];
  await command('useradd', ...words, '--shell', '/usr/sbin/nologin', USER);
  say(`Made the user ${USER}.`);
}

/** What the service has to read and write; the password of the PBX stays hidden from everybody else. */
async function handOver(
  config: Config,
  configFile: string,
  say: (line: string) => void,
): Promise<void> {
  const uid = Number(await idOf('-u'));
  const gid = Number(await idOf('-g'));
  const stateDir = config.state_dir ?? places.stateDir;
  await prepared(stateDir, async () => {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await chown(stateDir, uid, gid);
  });
  await chown(pathOf(stateDir), uid, gid).catch(() => undefined);
  const { log_file } = config;
  if (log_file) {
    await prepared(log_file, async () => {
      await writeFile(log_file, '', { flag: 'a', mode: 0o640 });
      await chown(log_file, uid, gid);
    });
  }
  const files = config.pbx.flatMap(({ password_file, ca_file }) => [password_file, ca_file]);
  const { edge_ca_file, listen } = config;
  for (const file of new Set([
    ...[configFile, edge_ca_file, listen?.tls_cert, listen?.tls_key],
    ...files,
  ])) {
    if (file === undefined) continue;
    const found = await stat(file).catch(() => undefined);
    if (!found || (found.mode & 0o004) !== 0 || found.gid === gid) continue;
    await command('chgrp', USER, file);
    await command('chmod', 'g+r', file);
    say(`${file} may be read by the group ${USER} now.`);
  }
}

async function prepared(path: string, prepare: () => Promise<void>): Promise<void> {
  try {
    await prepare();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Refusal(
      `${path} cannot be made and given to the user ${USER} (${code}): name another place in the configuration, or run this as root.`,
    );
  }
}

const idOf = (which: '-u' | '-g'): Promise<string | undefined> =>
  promisify(execFile)('id', [which, USER]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );

const isSystemdHere = (): Promise<boolean> =>
  stat('/run/systemd/system').then(
    () => true,
    () => false,
  );

async function installTask(
  config: Config,
  configFile: string,
  { program, say }: ServiceOptions,
): Promise<void> {
  const file = join(tmpdir(), 'presence-agent-task.xml');
  // The Task Scheduler reads UTF-16 with its mark.
  await writeFile(file, `\ufeff${describe(config, configFile, program)}`, 'utf16le');
  await command('schtasks', '/Create', '/TN', TASK, '/XML', file, '/F');
  await command('schtasks', '/Run', '/TN', TASK);
  await rm(file, { force: true });
  say(`Made and started the task "${TASK}"; it starts with the machine.`);
  if (!config.log_file) say('Nothing keeps its log: set "log_file" in the configuration.');
}

async function command(program: string, ...words: string[]): Promise<void> {
  try {
    await promisify(execFile)(program, words, { timeout: 30_000 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Refusal(`"${[program, ...words].join(' ')}" failed: ${(stderr || message).trim()}`);
  }
}
