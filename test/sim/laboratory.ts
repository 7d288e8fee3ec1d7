// Both simulators together, with the words that configure a connector and an agent for them. Used by
// `npm run sim`, by `npm start` and by scenarios.
import type { MovingClock } from './clock/moving-clock.ts';
import type { CloudName } from './microsoft/cloud.ts';
import type { TenantOptions } from './microsoft/default-tenant.ts';
import type { Microsoft } from './microsoft/microsoft.ts';
import { startMicrosoft } from './microsoft/server.ts';
import type { PbxOptions } from './pbx/pbx.ts';
import { type Pbx, startPbx } from './pbx/server.ts';
import { people } from './people.ts';

/** The public name of the edge in the laboratory; only the simulator knows where it really is. */
export const PUBLIC_HOST = 'edge.example.net';
export const CONNECTOR = 'example.com/microsoft365';

/** How often Microsoft looks for what has expired, in ms of the machine, where time may go fast. */
const TICK_MS = 100;

export interface LaboratoryOptions {
  microsoftPort?: number;
  pbxPort?: number;
  /** Where the edge listens, for Microsoft's notifications. */
  edgeOrigin: string;
  /** Which of Microsoft's clouds it is; default: global. */
  cloud?: CloudName;
  /** The tenant; default: the people whom the PBX knows too, one Teams account. */
  tenant?: TenantOptions;
  /** Users of the PBX, or how many; default: those of the tenant. */
  pbxUsers?: PbxOptions['users'];
  /** Certificate of the PBX, for wss besides ws. */
  pbxTls?: PbxOptions['tls'];
  /** Whose time both simulators live by; default: the machine's. */
  clock?: Pick<MovingClock, 'now'>;
}

export interface Laboratory {
  microsoft: Microsoft;
  pbx: Pbx;
  close(): Promise<void>;
}

export async function startLaboratory(options: LaboratoryOptions): Promise<Laboratory> {
  const {
    microsoftPort = 0,
    pbxPort = 0,
    edgeOrigin,
    cloud = 'global',
    tenant,
    pbxUsers,
    pbxTls,
    clock,
  } = options;
  const time = clock && { now: clock.now };
  const microsoft = await startMicrosoft({
    port: microsoftPort,
    cloud,
    tenant: { people, ...tenant },
    hosts: { [PUBLIC_HOST]: edgeOrigin },
    ...(time && { ...time, tickMs: TICK_MS }),
  });
  const pbx = await startPbx({
    port: pbxPort,
    ...(pbxUsers === undefined ? {} : { users: pbxUsers }),
    ...(pbxTls === undefined ? {} : { tls: pbxTls }),
    ...time,
  });
  return {
    microsoft,
    pbx,
    close: async () => {
      await Promise.all([microsoft.close(), pbx.close()]);
    },
  };
}

/** What an admin enters, as `PUT /api/settings` takes it. */
export function settingsFor({ microsoft, pbx }: Laboratory): Record<string, unknown> {
  return {
    masterPbx: pbx.name,
    notificationUrl: `https://${PUBLIC_HOST}/${CONNECTOR}/subscriptions`,
    clientIdSyncToPbx: microsoft.clientIdSyncToPbx,
    tenantSyncToPbx: microsoft.tenantId,
    clientIdSyncToTeams: microsoft.clientIdSyncToTeams,
    tenantSyncToTeams: microsoft.tenantId,
    clientSecretSyncToTeams: microsoft.clientSecret,
    matching: ['override', 'email', 'displayName'],
  };
}

/** The agent's configuration file for the simulated PBX. */
export function agentToml(
  { pbx }: Pick<Laboratory, 'pbx'>,
  at: { edge: string; stateDir: string },
): string {
  return `edge = "${at.edge}"
state_dir = "${at.stateDir}"

[[pbx]]
name = "${pbx.name}"
url = "${pbx.url}"
app = "${pbx.app}"
password = "${pbx.password}"
`;
}
