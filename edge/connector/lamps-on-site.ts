// The lamps of the site: the agent, the PBX, what may be seen there, and who was found. Pure.
import { type Facts, failed, type Shown, shown, some } from './lamp-facts.ts';
import type { PbxLine } from './words.ts';

export function agentLamp({ agent }: Facts): Shown {
  if (agent.name !== null) return shown('agent', 'ok', 'agent-connected', { name: agent.name });
  return shown('agent', 'error', agent.enrolled ? 'agent-offline' : 'agent-not-enrolled');
}

/** Codes of the agent that have words of their own; the others share `pbx-down`. */
const PBX_FAULTS: ReadonlyMap<string, string> = new Map([
  ['unreachable', 'pbx-unreachable'],
  ['not-called', 'pbx-not-called'],
  ['tls', 'pbx-tls'],
  ['login-refused', 'pbx-login-refused'],
  ['api-missing', 'pbx-api-missing'],
]);

/** What the PBX calls itself counts; its name in the agent's configuration only where it says nothing. */
export const isMaster = (masterPbx: string, configured: string, line: PbxLine): boolean => {
  const name = line.state === 'up' ? (line.name ?? configured) : configured;
  return name.toLowerCase() === masterPbx.toLowerCase();
};

export function pbxLamp({ settings, lines, agent }: Facts): Shown {
  if (agent.name === null) return shown('pbx', 'unknown', 'pbx-unknown');
  const all = Object.entries(lines);
  for (const [name, line] of all) {
    if (line.state === 'up') continue;
    const { code, detail } = line.fault;
    return shown('pbx', 'error', PBX_FAULTS.get(code) ?? 'pbx-down', { name, detail });
  }
  if (all.length === 0) return shown('pbx', 'unknown', 'not-tried-yet');
  if (!all.some(([name, line]) => isMaster(settings.masterPbx, name, line))) {
    const found = all.map(([name, line]) => (line.state === 'up' ? (line.name ?? name) : name));
    const params = { found: found.join(', '), wanted: settings.masterPbx };
    return shown('pbx', 'error', 'pbx-name-wrong', params);
  }
  return shown('pbx', 'ok', 'pbx-connected', { name: all.map(([name]) => name).join(', ') });
}

export function rightsLamp({ unseen, noCalls, unlicensed, licenceFault, agent }: Facts): Shown {
  if (agent.name === null) return shown('rights', 'unknown', 'pbx-unknown');
  const of = (users: readonly string[]) => ({ count: users.length, users: some(users) });
  if (unseen.length > 0) return shown('rights', 'warning', 'rights-missing', of(unseen));
  if (noCalls.length > 0) return shown('rights', 'warning', 'rights-no-calls', of(noCalls));
  if (licenceFault) {
    return shown('rights', 'warning', 'licence-unknown', { detail: licenceFault.detail });
  }
  if (unlicensed.length > 0) return shown('rights', 'ok', 'rights-ok-unlicensed', of(unlicensed));
  return shown('rights', 'ok', 'rights-ok');
}

export function pairingLamp({ pairing: { known, paired, ambiguous }, faults }: Facts): Shown {
  if (faults.pairing) return failed('pairing', faults.pairing);
  if (!known) return shown('pairing', 'unknown', 'pairing-waiting');
  if (paired === 0) return shown('pairing', 'error', 'pairing-none');
  if (ambiguous > 0) {
    return shown('pairing', 'warning', 'pairing-ambiguous', { count: paired, ambiguous });
  }
  return shown('pairing', 'ok', 'paired', { count: paired });
}
