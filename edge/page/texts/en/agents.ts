// The words about the agents, in English.
import type { AgentView } from '../../../connector/rpc.ts';
import type { System } from '../../agents/on-site.ts';

export interface AgentsTexts {
  heading: string;
  lead: string;
  empty: string;
  newHeading: string;
  name: string;
  nameHint: string;
  newCode: string;
  system: string;
  systems: Record<System, string>;
  configuration: string;
  install: Record<System, string>;
  configFile: string;
  pbxAddress: string;
  addressToFillIn: string;
  app: string;
  protect: string;
  protectCommand: string;
  passwordFile: Record<System, string>;
  runThis: Record<System, string>;
  command: string;
  validUntil: (when: string) => string;
  left: string;
  waiting: string;
  come: (name: string) => string;
  afterwards: string;
  expired: string;
  once: string;
  states: Record<AgentView['state'], string>;
  version: (version: string) => string;
  pbx: string;
  pbxUp: string;
  pbxDown: string;
  removeNamed: (name: string) => string;
  removeTitle: (name: string) => string;
  removeText: string;
}

export const agents: AgentsTexts = {
  heading: 'Agents',
  lead: 'The agent runs beside the PBX and dials out to this connector. A second one stands by.',
  empty: 'No agent is enrolled yet.',
  newHeading: 'Enrol an agent',
  name: 'Name (optional)',
  nameHint: 'How it is shown here, for example the place where it runs.',
  newCode: 'New enrolment code',
  system: 'Where it runs',
  systems: { linux: 'Linux', windows: 'Windows' },
  configuration: 'Program and configuration',
  install: {
    linux:
      'Put the program on the machine, as root: presence-agent.mjs to /opt/presence-agent, with a link to it at /usr/local/bin/presence-agent. It needs Node 20.3 or newer. Whoever runs this edge has the file.',
    windows:
      'Put presence-agent.mjs into C:\\Program Files\\presence-agent. It needs Node 20.3 or newer, installed for all users. Whoever runs this edge has the file.',
  },
  configFile: 'Write this file:',
  pbxAddress: 'Address of the PBX',
  addressToFillIn: 'ADDRESS-OF-THE-PBX',
  app: 'Name of the App object',
  protect:
    'Before a secret is in the folder of that file, close the folder to everybody but the administrators and the service, in a PowerShell as administrator:',
  protectCommand: 'Command that closes the folder',
  passwordFile: {
    linux: 'Write the password of the App object, and nothing else, into:',
    windows:
      'Write the password of the App object, and nothing else, with an editor that runs as administrator, into:',
  },
  runThis: {
    linux: 'Run this as root on the machine beside the PBX:',
    windows: 'Run this on the machine beside the PBX, in a PowerShell as administrator:',
  },
  command: 'Enrolment command',
  validUntil: (when) => `Valid once, until ${when}.`,
  left: 'Time left:',
  waiting: 'Waiting for the agent … This page notices by itself when it has come.',
  come: (name) => `The agent ${name} has come.`,
  afterwards: 'Then have it check the whole way, and install it as a service:',
  expired: 'This code has expired. Make a new one.',
  once: 'The code is shown only now.',
  states: { leading: 'Leading', standby: 'Standing by', offline: 'Offline', revoked: 'Removed' },
  version: (version) => `Version ${version}`,
  pbx: 'PBX',
  pbxUp: 'connected',
  pbxDown: 'not connected',
  removeNamed: (name) => `Remove the agent ${name}`,
  removeTitle: (name) => `Remove the agent ${name}?`,
  removeText: 'It is disconnected at once and cannot come back without a new enrolment code.',
};
