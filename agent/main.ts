// The command `presence-agent`: reads the command line, hands over clock, dice and sockets, and turns
// the outcome into an exit code. Knows nothing of presence.
import './light.ts';

import { platform, release } from 'node:os';
import { Command, Option } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { doctor } from './doctor/doctor.ts';
import { enrol } from './enrol.ts';
import { createLog, type LogFormat } from './log.ts';
import { openLogFile } from './log-file.ts';
import { tooOld } from './node-version.ts';
import { proxyOfEnvironment as proxyFor } from './outward/way-out.ts';
import { places } from './places.ts';
import { Refusal } from './refusal.ts';
import type { Pacing } from './relay/outgoing.ts';
import { run } from './run.ts';
import { installService, printService, uninstallService } from './service/install.ts';
import { programWords } from './service/program.ts';
import { status } from './status.ts';

const EXIT_REFUSED = 1;
/** `status`: runs, but is not ready. `doctor`: found a fault. */
const EXIT_NOT_WELL = 2;
/** A process that was told to stop is gone after this, whatever hangs. Promised are 2 s. */
const STOP_WITHIN_MS = 1_500;

const { version } = packageFile;
const about = { version, platform: `${platform()} ${release()}` };
const deps = { clock: systemClock, random: Math.random, env: process.env, proxyFor, about };
const say = (line: string) => console.log(line);

const program = new Command('presence-agent')
  .description(
    'Connects an innovaphone PBX with the presence connector for Microsoft Teams.\n\n' +
      'Runs where it can reach the PBX. It opens one connection out to the connector ' +
      '(HTTPS, port 443) and one to each PBX; nothing is opened in the firewall from outside.',
  )
  .version(version, '--version', 'show the version and leave')
  .helpOption('-h, --help', 'show this help and leave')
  .helpCommand(false)
  .option('--config <file>', 'configuration file', places.configFile)
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(--help shows what can be said)')
  .addHelpText(
    'after',
    '\nFirst steps:\n' +
      '  1. On the admin page of the connector, make an enrolment code.\n' +
      '  2. presence-agent enrol https://edge.example.net/example.com/microsoft365 CODE\n' +
      '  3. Describe the PBX in the configuration file ([[pbx]]: name, url, app, password_file).\n' +
      '  4. presence-agent doctor            says what is still wrong, and what to do\n' +
      '  5. presence-agent install-service   from now on it runs, also after a restart\n' +
      '\nA web proxy is taken from HTTPS_PROXY and NO_PROXY.\n' +
      '\nExit codes: 0 all right, 1 a setting is wrong or the step was refused (the reason is shown),\n' +
      '2 "doctor" found a fault, or "status" says that not everything is connected.',
  );

program
  .command('enrol')
  .description('make this machine an agent of a connector, with a one-time code of the admin page')
  .argument('<connector-url>', 'address of the connector, as the admin page shows it')
  .argument('<code>', 'one-time code of the admin page')
  .action((url: string, code: string) =>
    enrol({ url, code, configFile: configFile(), say, proxyFor, now: systemClock.now }),
  );

program
  .command('run')
  .description('connect PBX and connector, and keep them connected until stopped')
  .option('--verbose', 'log every message, with the presence of users')
  .addOption(
    new Option('--log <format>', 'lines for people or for programs').choices(['text', 'json']),
  )
  .action(({ verbose, log: format }: { verbose?: boolean; log?: LogFormat }) => {
    const logFor = (config: Pick<Config, 'log' | 'log_file'>) =>
      createLog({
        level: verbose ? 'debug' : 'info',
        format: format ?? config.log,
        write: config.log_file
          ? openLogFile(config.log_file)
          : (line) => void process.stderr.write(`${line}\n`),
        now: systemClock.now,
      });
    return run(configFile(), { ...deps, pacing, logFor }, stopSignal());
  });

program
  .command('doctor')
  .description('check everything between PBX and connector, and say of each fault what to do')
  .option('--report <file>', 'also write a file for support, without secrets and names of users')
  .option('--json', 'the findings as JSON')
  .action(async ({ report, json = false }: { report?: string; json?: boolean }) => {
    const options = { configFile: configFile(), json, say };
    const well = await doctor({ ...options, ...(report ? { reportFile: report } : {}) }, deps);
    if (!well) process.exitCode = EXIT_NOT_WELL;
    // A PBX that does not answer may still hold a socket of ours.
    setTimeout(() => process.exit(), STOP_WITHIN_MS).unref();
  });

program
  .command('status')
  .description('ask the agent that runs on this machine how it is (needs "health")')
  .option('--json', 'the same as JSON')
  .action(async ({ json = false }: { json?: boolean }) => {
    const ready = await status({ configFile: configFile(), json, say, now: systemClock.now });
    if (!ready) process.exitCode = EXIT_NOT_WELL;
  });

const service = (root = '/') => ({ configFile: configFile(), program: programWords(), root, say });
const rootOption = () =>
  new Option('--root <directory>', 'of a system that is being prepared, in place of this one');

program
  .command('install-service')
  .description('run as a service from now on: systemd, on Windows the Task Scheduler (needs root)')
  .option('--print', 'only show what would be installed')
  .addOption(rootOption())
  .action(({ print, root }: { print?: boolean; root?: string }) =>
    print ? printService(service()) : installService(service(root)),
  );

program
  .command('uninstall-service')
  .description('end the service and take it away; configuration and enrolment stay')
  .addOption(rootOption())
  .action(({ root }: { root?: string }) => uninstallService(service(root)));

const GATHER_MS = 20;
const pacing: Pacing = {
  soon: (then) => void setImmediate(then),
  later: (then) => void setTimeout(then, GATHER_MS),
};

const configFile = () => program.opts<{ config: string }>().config;

/**
 * SIGTERM and SIGINT end the work in good order. A second one changes nothing: npm passes on what
 * the terminal sent already.
 */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) return;
      stop.abort();
      setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref();
    });
  }
  return stop.signal;
}

async function main(): Promise<void> {
  const problem = tooOld(process.versions.node);
  if (problem) throw new Refusal(problem);
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.exitCode = EXIT_REFUSED;
  if (error instanceof Refusal) {
    const [first, ...others] = error.sentences;
    console.error([first, ...others.map((sentence) => `  - ${sentence}`)].join('\n'));
  } else console.error('The agent ran into a fault of its own:', error);
});
