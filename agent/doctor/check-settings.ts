// The doctor looks at this machine: configuration, what it points to, and the identity of the agent.
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import {
  type Environment,
  edgeCa,
  listenAddress,
  pbxTargets,
  readConfig,
} from '../config-files.ts';
import { type EdgeUrl, parseEdgeUrl } from '../edge-url.ts';
import { type Identity, pathOf, readIdentity } from '../identity.ts';
import { parseProxy, type WayOut } from '../outward/way-out.ts';
import type { PbxTarget } from '../pbx/connect.ts';
import { places } from '../places.ts';
import { Refusal } from '../refusal.ts';
import { type Finding, type Findings, findingsAbout } from './finding.ts';

/** What the settings give the other checks to work with. */
export interface Known {
  readonly config: Config | undefined;
  readonly targets: readonly PbxTarget[];
  readonly identity: Identity | undefined;
  readonly edge: EdgeUrl | undefined;
  readonly way: WayOut;
}

const ENROL = 'make a code on the admin page and run: presence-agent enrol URL CODE';

export async function checkSettings(
  configFile: string,
  { env, proxyFor }: { env: Environment; proxyFor: WayOut['proxyFor'] },
  take: (finding: Finding) => void,
): Promise<Known> {
  const settings = findingsAbout('settings', take);
  const machine = findingsAbout('this machine', take);
  const config = await configIn(configFile, settings);
  const targets = config ? await pbxsOf(config, env, settings) : [];
  const { problems, ...ca } = await edgeCa(config?.edge_ca_file);
  for (const problem of problems) {
    settings.fault('edge-ca', problem, 'name a PEM file that the agent may read, or take it out');
  }
  if (config) await notForEverybody(configFile, config, settings);

  const stateDir = config?.state_dir ?? places.stateDir;
  const identity = await identityIn(stateDir, machine);
  const edge = edgeOf(config, identity, settings);
  const way = { ...ca, proxyFor };
  if (edge) checkProxySetting(edge, way, machine);
  return { config, targets, identity, edge, way };
}

async function configIn(file: string, it: Findings): Promise<Config | undefined> {
  try {
    const config = await readConfig(file);
    if (config) it.ok('config', `${file} reads well`);
    else {
      const action = 'write it (docs/setup-innovaphone.md), or name another one with --config';
      it.fault('config-missing', `there is no ${file}`, action);
    }
    return config;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const [first = '', ...problems] = error.sentences;
    if (problems.length === 0) {
      it.fault('config-unreadable', first, `let the user of the agent read ${file}`);
    }
    for (const problem of problems) it.fault('config-invalid', problem, `correct ${file}`);
    return undefined;
  }
}

async function pbxsOf(config: Config, env: Environment, it: Findings): Promise<PbxTarget[]> {
  if (config.pbx.length === 0) {
    const action = `describe the PBX in one${config.listen ? ', also one that dials the agent' : ''}`;
    it.fault('pbx-missing', 'there is no [[pbx]] section', action);
  }
  const { targets, awaited, problems } = await pbxTargets(config.pbx, env);
  if (config.listen) problems.push(...(await listenAddress(config.listen)).problems);
  const dialling = awaited.filter(({ name }) => !targets.some((target) => target.name === name));
  for (const { name } of dialling) {
    it.ok('pbx-dials', `the PBX ${name} dials the agent: look for it in the log of the agent`);
  }
  for (const problem of problems) {
    it.fault('pbx-settings', problem, 'put that right, readable for the user of the agent');
  }
  return problems.length === 0 ? targets : [];
}

/** A password that every user of the machine can read. */
async function notForEverybody(file: string, config: Config, it: Findings): Promise<void> {
  const files = config.pbx.flatMap(({ password, password_file }) =>
    password_file ? [password_file] : password ? [file] : [],
  );
  for (const path of new Set(files)) {
    if (!(await isOpenToAll(path))) continue;
    const action = `chmod o-rwx ${path}`;
    it.warning('password-exposed', `everybody on this machine may read ${path}`, action);
  }
}

async function isOpenToAll(path: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && (found.mode & 0o004) !== 0;
}

async function identityIn(stateDir: string, it: Findings): Promise<Identity | undefined> {
  try {
    const identity = await readIdentity(stateDir);
    if (!identity) {
      const problem = await unwritable(stateDir);
      if (problem) {
        const action = 'let the user of the agent write there, or set another "state_dir"';
        it.fault('state-dir', `${stateDir} cannot be written (${problem})`, action);
      }
      it.fault('not-enrolled', `this agent is not enrolled (nothing in ${stateDir})`, ENROL);
      return undefined;
    }
    it.ok('identity', `agent ${identity.agentId}, enrolled at ${identity.edge}`);
    if (await isOpenToAll(pathOf(stateDir))) {
      const text = `everybody on this machine may read the key in ${stateDir}`;
      it.warning('key-exposed', text, `chmod 600 ${pathOf(stateDir)}, better: enrol anew`);
    }
    return identity;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    it.fault('identity-damaged', error.message, ENROL);
    return undefined;
  }
}

/** Why nothing can be written there, or `undefined`. What is missing can be made where its parent is. */
async function unwritable(path: string): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return 'ENOTDIR';
    await access(path, constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const parent = dirname(path);
    return code === 'ENOENT' && parent !== path ? unwritable(parent) : (code ?? String(error));
  }
}

function edgeOf(
  config: Config | undefined,
  identity: Identity | undefined,
  it: Findings,
): EdgeUrl | undefined {
  if (config?.edge && identity && config.edge.href !== identity.edge) {
    const text = `"edge" is ${config.edge.href}, but this agent is enrolled at ${identity.edge}`;
    it.fault('edge-mismatch', text, 'correct "edge", or enrol again');
  }
  if (config?.edge) return config.edge;
  if (!identity) return undefined;
  const parsed = parseEdgeUrl(identity.edge);
  return parsed.ok ? parsed.edge : undefined;
}

function checkProxySetting(edge: EdgeUrl, way: WayOut, it: Findings): void {
  const parsed = parseProxy(way.proxyFor(edge.href));
  if (!parsed.ok) {
    it.fault('proxy-setting', parsed.problem, 'correct it in the environment of the service');
  } else if (parsed.url) it.ok('proxy', `goes out through the proxy ${parsed.url.host}`);
  else it.ok('proxy', 'goes out without a proxy');
}
