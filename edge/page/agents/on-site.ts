// What is to be typed on site, for the system that the agent runs on. Pure.
// docs/setup-innovaphone.md says the same at length.

export const SYSTEMS = ['linux', 'windows'] as const;
export type System = (typeof SYSTEMS)[number];

interface Places {
  config: string;
  password: string;
  /** How the program is called. */
  program: string;
}

const PLACES: Record<System, Places> = {
  linux: {
    config: '/etc/presence-agent/config.toml',
    password: '/etc/presence-agent/pbx-password',
    program: 'presence-agent',
  },
  windows: {
    config: 'C:\\ProgramData\\presence-agent\\config.toml',
    password: 'C:\\ProgramData\\presence-agent\\pbx-password',
    program: 'node "C:\\Program Files\\presence-agent\\presence-agent.mjs"',
  },
};

/**
 * What closes the folder to everybody but administrators, the system and the service (LOCAL SERVICE): Windows
 * lets every user read what lies below ProgramData, and the service not write there.
 */
const PROTECT =
  'icacls C:\\ProgramData\\presence-agent /inheritance:r /grant "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F" "*S-1-5-19:(OI)(CI)M"';

/** The command to run before a secret is written; `undefined`: none is needed. */
export const protectOn = (system: System): string | undefined =>
  system === 'windows' ? PROTECT : undefined;

export const placesOn = (system: System): Places => PLACES[system];

/** The command line as the edge gives it, for this system. */
export const commandOn = (system: System, command: string): string =>
  command.replace(/^presence-agent(?= )/, () => PLACES[system].program);

/** What comes after the enrolment: a look at the whole way, then the service. */
export const afterwardsOn = (system: System): string[] =>
  ['doctor', 'install-service'].map((word) => `${PLACES[system].program} ${word}`);

export interface PbxOnSite {
  /** PBX name */
  name: string;
  /** Host name or address */
  address: string;
  /** Name of the App object */
  app: string;
}

/** The agent's configuration file. */
export function configToml(system: System, { name, address, app }: PbxOnSite): string {
  const literal = (path: string) => (system === 'windows' ? `'${path}'` : JSON.stringify(path));
  const log =
    system === 'windows' ? ["log_file = 'C:\\ProgramData\\presence-agent\\agent.log'"] : [];
  return [
    'health = "127.0.0.1:9470"',
    ...log,
    '',
    '[[pbx]]',
    `name = ${JSON.stringify(name)}`,
    `url = ${JSON.stringify(`wss://${address}/PBX0/APPS/websocket`)}`,
    `app = ${JSON.stringify(app)}`,
    `password_file = ${literal(PLACES[system].password)}`,
    '',
  ].join('\n');
}
