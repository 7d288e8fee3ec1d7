// The service: the unit as systemd itself judges it, and the real process under a notify socket.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterEach, describe, expect, test } from 'vitest';
import { Refusal } from '../../../agent/refusal.ts';
import { installService, printService, uninstallService } from '../../../agent/service/install.ts';
import { programWords } from '../../../agent/service/program.ts';
import { systemdUnit } from '../../../agent/service/systemd-unit.ts';
import { windowsTask } from '../../../agent/service/windows-task.ts';
import { startPbx } from '../../sim/pbx/server.ts';
import { startEdge } from '../fake-edge.ts';
import { temporaryDirectory, temporaryFile } from '../temporary.ts';

const run = promisify(execFile);
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const unit = (more: Partial<Parameters<typeof systemdUnit>[0]> = {}) =>
  systemdUnit({
    program: ['/usr/bin/node', '/opt/presence-agent/presence-agent.mjs'],
    configFile: '/etc/presence-agent/config.toml',
    stateDir: '/var/lib/presence-agent',
    ...more,
  });

/** systemd's own judge; Debian has it in the package `systemd`, which a container may lack. */
const hasAnalyze = await stat('/usr/bin/systemd-analyze').then(
  () => true,
  () => false,
);
const hasNotify = await stat('/usr/bin/systemd-notify').then(
  () => true,
  () => false,
);

describe('the systemd unit', () => {
  test('starts the program as it was started, with the configuration', () => {
    expect(unit()).toContain(
      'ExecStart=/usr/bin/node /opt/presence-agent/presence-agent.mjs --config /etc/presence-agent/config.toml run\n',
    );
  });

  test('quotes what systemd would take apart', () => {
    expect(unit({ configFile: '/etc/my agent/100%$x".toml' })).toContain(
      '--config "/etc/my agent/100%%$$x\\".toml" run\n',
    );
  });

  test('lets a log file of ours be written', () => {
    expect(unit({ logFile: '/var/log/agent/a.log' })).toContain(
      'ReadWritePaths=/var/lib/presence-agent /var/log/agent\n',
    );
  });

  test.runIf(hasAnalyze)('is accepted by systemd-analyze verify, without a word', async () => {
    // verify wants the program to be there.
    const file = join(await temporaryDirectory(), 'presence-agent.service');
    await writeFile(file, unit({ program: [process.execPath, '/opt/agent.mjs'] }));
    const { stdout, stderr } = await run('systemd-analyze', ['verify', file]);
    expect(`${stdout}${stderr}`).toBe('');
  });

  test.runIf(hasAnalyze)('is rated "OK" or better by systemd-analyze security', async () => {
    const file = join(await temporaryDirectory(), 'presence-agent.service');
    await writeFile(file, unit());
    const words = ['security', '--offline=true', '--no-pager', file];
    const { stdout } = await run('systemd-analyze', words);
    const [, exposure = '10'] = /exposure level for \S+: (\d+\.\d+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(1.6);
  });

  if (!hasAnalyze) console.warn('systemd-analyze is not here: the unit was not judged by systemd.');
});

describe('installing', () => {
  async function setup() {
    const root = await temporaryDirectory();
    const configFile = await temporaryFile(
      'config.toml',
      'state_dir = "/var/lib/presence-agent"\n',
    );
    const said: string[] = [];
    const options = {
      ...{ configFile, root },
      program: ['/usr/bin/node', '/opt/a.mjs'],
      say: (line: string) => said.push(line),
    };
    return {
      root,
      options,
      said,
      unitFile: join(root, 'etc/systemd/system/presence-agent.service'),
    };
  }

  test('writes the unit, and taking it away leaves nothing', async () => {
    const { options, said, unitFile } = await setup();
    await installService(options);
    expect(await readFile(unitFile, 'utf8')).toContain('Type=notify');
    // Twice is once.
    await installService(options);
    await uninstallService(options);
    await expect(stat(unitFile)).rejects.toThrow('ENOENT');
    await uninstallService(options);
    expect(said.join('\n')).toContain('There was no service.');
  });

  test('refuses a program that the service could not see', async () => {
    const { options } = await setup();
    const hidden = { ...options, program: ['/home/me/.nvm/node', '/opt/a.mjs'] };
    await expect(installService(hidden)).rejects.toThrow(/lies in a home directory/);
  });

  test('refuses without a configuration', async () => {
    const { options } = await setup();
    await expect(installService({ ...options, configFile: '/nowhere.toml' })).rejects.toThrow(
      /There is no configuration file/,
    );
  });

  test('says so where nothing can be written', async () => {
    const { options } = await setup();
    const file = await temporaryFile('in-the-way', '');
    await expect(installService({ ...options, root: file })).rejects.toThrow(/cannot be written/);
  });

  test('names every path that is another one for the service, and puts nothing', async () => {
    const { options, unitFile } = await setup();
    await writeFile(
      options.configFile,
      `state_dir = "state"
log_file = "agent.log"
edge_ca_file = "./edge.pem"
[listen]
address = "127.0.0.1:9471"
tls_cert = "cert.pem"
tls_key = "/etc/key.pem"
[[pbx]]
name = "pbx"
url = "wss://192.0.2.10/x"
app = "m"
password_file = "../it's a password"
ca_file = "/etc/ca.pem"
`,
    );
    const is = (key: string, where: string, path: string, whole: string) =>
      `"${key}"${where} is "${path}", which is somewhere else for a service: write the whole path, e.g. ${key} = ${whole}.`;
    const { cwd } = process;
    process.cwd = () => '/srv/agent';
    ends.push(() => {
      process.cwd = cwd;
    });
    const sentences = [
      `${options.configFile} is not right:`,
      is('state_dir', '', 'state', "'/srv/agent/state'"),
      is('log_file', '', 'agent.log', "'/srv/agent/agent.log'"),
      is('edge_ca_file', '', './edge.pem', "'/srv/agent/edge.pem'"),
      is('password_file', ' of PBX "pbx"', "../it's a password", `"/srv/it's a password"`),
      is('tls_cert', ' of [listen]', 'cert.pem', "'/srv/agent/cert.pem'"),
    ];
    await expect(installService(options)).rejects.toMatchObject({ sentences });
    await expect(printService(options)).rejects.toMatchObject({ sentences });
    await expect(stat(unitFile)).rejects.toThrow('ENOENT');
    // What the service could not see there is proposed elsewhere.
    process.cwd = () => '/home/me';
    await expect(installService(options)).rejects.toThrow(
      /state_dir = '\/var\/lib\/presence-agent'/,
    );
    await expect(installService(options)).rejects.toThrow(
      /ca_file = '\/etc\/presence-agent\/edge.pem'/,
    );
  });

  test.each([
    ['log_file = "/var/log/agent/a.log"', /"log_file": there is no directory .*: make it, or/],
    ['log_file = "/taken/a.log"', /"log_file": there is no directory .*: make it, or/],
    ['log_file = "/var/log"', /"log_file": .* is a directory: name a file in it/],
    ['state_dir = "/taken"', /"state_dir": .* is no directory: name one/],
  ])('with %s it is refused before anything is put', async (line, sentence) => {
    const { options, root, unitFile } = await setup();
    await mkdir(join(root, 'var/log'), { recursive: true });
    await writeFile(join(root, 'taken'), '');
    await writeFile(options.configFile, `${line}\n`);
    const refused = installService(options);
    await expect(refused).rejects.toThrow(Refusal);
    await expect(refused).rejects.toThrow(sentence);
    await expect(stat(unitFile)).rejects.toThrow('ENOENT');
  });

  test('takes a log file in a directory that is there', async () => {
    const { options, root, unitFile } = await setup();
    await mkdir(join(root, 'var/log'), { recursive: true });
    await writeFile(options.configFile, 'log_file = "/var/log/agent.log"\n');
    await installService(options);
    expect(await readFile(unitFile, 'utf8')).toContain(
      'ReadWritePaths=/var/lib/presence-agent /var/log\n',
    );
  });

  test.each([
    ['a file under Node', ['/n/node', '/o/a.mjs'], [], false, ['/n/node', '/o/a.mjs']],
    ['a source', ['/n/node', '/o/m.ts'], ['--x'], false, ['/n/node', '--x', '/o/m.ts']],
    ['Deno', ['/d/deno', '/o/a.mjs'], [], true, ['/d/deno', 'run', '--allow-all', '/o/a.mjs']],
    ['an executable of its own', ['/o/agent', '/o/agent'], [], false, ['/o/agent']],
    ['the same by its name', ['/o/agent', 'agent'], [], false, ['/o/agent']],
    ['the same by a link', ['/o/agent', '/usr/bin/agent'], [], false, ['/o/agent']],
  ])('knows how it was started: %s', (_, argv, execArgv, isDeno, words) => {
    const [execPath = '', script] = argv;
    const argv0 = execPath.endsWith('agent') ? (script ?? '') : 'node';
    expect(programWords({ argv, argv0, execPath, execArgv }, isDeno)).toEqual(words);
  });
});

test('the task of Windows runs what was asked, with every sign in its place', () => {
  const xml = windowsTask({
    program: ['C:\\Program Files\\nodejs\\node.exe', 'C:\\presence agent\\a&b.mjs'],
    configFile: 'C:\\ProgramData\\presence-agent\\config.toml',
  });
  expect(xml).toContain('<Command>C:\\Program Files\\nodejs\\node.exe</Command>');
  expect(xml).toContain(
    '<Arguments>&#34;C:\\presence agent\\a&#38;b.mjs&#34; --config C:\\ProgramData\\presence-agent\\config.toml run</Arguments>',
  );
  expect(xml).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>');
});

test('the task of Windows is started with the machine, and every minute where it does not run', () => {
  const xml = windowsTask({ program: ['node.exe', 'a.mjs'], configFile: 'c.toml' });
  expect(XMLValidator.validate(xml)).toBe(true);
  const { Task } = new XMLParser({ ignoreAttributes: false }).parse(xml);
  expect(Task.Triggers.BootTrigger).toEqual({ Enabled: true });
  // In the order of [MS-TSCH] 2.5.3; a repetition without a duration goes on for ever.
  expect(Object.keys(Task.Triggers.TimeTrigger)).toEqual([
    'Enabled',
    'StartBoundary',
    'Repetition',
  ]);
  expect(Task.Triggers.TimeTrigger.Repetition).toEqual({ Interval: 'PT1M' });
  expect(Task.Settings.MultipleInstancesPolicy).toBe('IgnoreNew');
  expect(Task.Principals.Principal.UserId).toBe('S-1-5-19');
  expect(Task.Actions['@_Context']).toBe(Task.Principals.Principal['@_id']);
});

describe.runIf(hasNotify)('under a service manager', () => {
  /** Everything said to the notify socket, oldest first. */
  async function notifySocket() {
    const path = join(await temporaryDirectory(), 'notify');
    const helper = resolve(import.meta.dirname, 'notify-socket.py');
    const child = spawn('python3', [helper, path]);
    ends.push(() => child.kill());
    const words: string[] = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      words.push(...lines.map((line) => JSON.parse(line) as string));
    });
    await expect.poll(() => words, { timeout: 5_000 }).toContain('listening');
    return { path, words };
  }

  test('it says when it is ready, how it is, that it lives, and that it stops', async () => {
    const edge = await startEdge();
    const pbx = await startPbx();
    ends.push(edge.close, pbx.close);
    const folder = await temporaryDirectory();
    const config = join(folder, 'config.toml');
    await mkdir(join(folder, 'state'));
    await writeFile(
      config,
      `state_dir = "${folder}/state"\n[[pbx]]\nname = "pbx"\nurl = "${pbx.url}"\napp = "${pbx.app}"\npassword = "${pbx.password}"\n`,
    );
    const main = resolve('agent/main.ts');
    const node = ['--disable-warning=ExperimentalWarning', main];
    await run(process.execPath, [...node, 'enrol', edge.url, 'code', '--config', config]);
    const { path, words } = await notifySocket();
    const child = spawn(process.execPath, [...node, 'run', '--config', config], {
      env: { PATH: process.env['PATH'], NOTIFY_SOCKET: path, WATCHDOG_USEC: '1000000' },
    });
    ends.push(() => child.kill('SIGKILL'));
    await expect.poll(() => words, { timeout: 10_000 }).toContain('READY=1');
    await expect.poll(() => words, { timeout: 10_000 }).toContain('STATUS=connected, leading');
    const fed = () => words.filter((word) => word === 'WATCHDOG=1').length;
    const before = fed();
    await expect.poll(fed, { timeout: 10_000 }).toBeGreaterThan(before + 2);
    await pbx.close();
    const lost = expect.stringMatching(/^STATUS=not connected: pbx pbx \(\w+\)$/);
    await expect.poll(() => words, { timeout: 10_000 }).toContainEqual(lost);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    await expect.poll(() => words, { timeout: 5_000 }).toContain('STOPPING=1');
    await rm(folder, { recursive: true, force: true });
  });
});

if (!hasNotify) console.warn('systemd-notify is not here: the service was not started under one.');
