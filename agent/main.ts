// The command `presence-agent`: reads the command line, hands over clock, dice and sockets, and turns
// the outcome into an exit code. Knows nothing of presence.
import { platform, release } from 'node:os';
import { Command } from 'commander';
import packageFile from '../package.json' with { type: 'json' };
import { systemClock } from './clock.ts';
import { DEFAULT_CONFIG_FILE } from './config.ts';
import { enrol } from './enrol.ts';
import { createLog } from './log.ts';
import { Refusal } from './refusal.ts';
import type { Pacing } from './relay/outgoing.ts';
import { run } from './run.ts';

const EXIT_REFUSED = 1;
/** A process that was told to stop is gone after this, whatever hangs. Promised are 2 s. */
const STOP_WITHIN_MS = 1_500;

const program = new Command('presence-agent')
  .description(
    'Connects an innovaphone PBX with the presence connector for Microsoft Teams.\n\n' +
      'Runs where it can reach the PBX. It opens one connection out to the connector ' +
      '(HTTPS, port 443) and one to each PBX; nothing is opened in the firewall from outside.',
  )
  .version(packageFile.version, '--version', 'show the version and leave')
  .helpOption('-h, --help', 'show this help and leave')
  .helpCommand(false)
  .option('--config <file>', 'configuration file', DEFAULT_CONFIG_FILE)
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(--help shows what can be said)')
  .addHelpText(
    'after',
    '\nFirst steps:\n' +
      '  1. On the admin page of the connector, make an enrolment code.\n' +
      '  2. presence-agent enrol https://edge.example.net/example.com/microsoft365 CODE\n' +
      '  3. Describe the PBX in the configuration file ([[pbx]]: name, url, app, password_file).\n' +
      '  4. presence-agent run\n' +
      '\nExit codes: 0 all right, 1 a setting is wrong or the step was refused (the reason is shown).',
  );

program
  .command('enrol')
  .description('make this machine an agent of a connector, with a one-time code of the admin page')
  .argument('<connector-url>', 'address of the connector, as the admin page shows it')
  .argument('<code>', 'one-time code of the admin page')
  .action((url: string, code: string) =>
    enrol({ url, code, configFile: configFile(), say: console.log, fetch }),
  );

program
  .command('run')
  .description('connect PBX and connector, and keep them connected until stopped')
  .option('--verbose', 'log every message, with the presence of users')
  .action(({ verbose }: { verbose?: boolean }) => {
    const log = createLog({
      level: verbose ? 'debug' : 'info',
      write: (line) => console.error(line),
      now: systemClock.now,
    });
    const about = { version: packageFile.version, platform: `${platform()} ${release()}` };
    const deps = { clock: systemClock, random: Math.random, pacing, log, about, env: process.env };
    return run(configFile(), deps, stopSignal());
  });

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

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = EXIT_REFUSED;
  if (error instanceof Refusal) {
    const [first, ...others] = error.sentences;
    console.error([first, ...others.map((sentence) => `  - ${sentence}`)].join('\n'));
  } else console.error('The agent ran into a fault of its own:', error);
}
