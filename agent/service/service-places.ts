// What has to be so before a service is put: paths that mean the same to it, and places that it can have.
// Without them it would end at once, each time it is started.
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Config } from '../config.ts';
import { places } from '../places.ts';
import { Refusal } from '../refusal.ts';

/** What ProtectHome hides from the service. */
export const HIDDEN = /^\/(root|home|run\/user)\//;

/** A service is started in `/`, a task in System32: what the admin's directory completes leads elsewhere there. */
export function mustBeWhole(config: Config, configFile: string): void {
  const problems = pathsIn(config)
    .filter(({ path }) => !isAbsolute(path))
    .map(
      ({ key, where, path }) =>
        `"${key}"${where} is "${path}", which is somewhere else for a service: write the whole path, e.g. ${key} = ${quotedAsToml(wholeOf(key, path))}.`,
    );
  if (problems.length > 0) throw new Refusal(`${configFile} is not right:`, ...problems);
}

interface NamedPath {
  readonly key: string;
  /** Of which section, to go on with behind the key. */
  readonly where: string;
  readonly path: string;
}

function pathsIn({ state_dir, log_file, edge_ca_file, pbx, listen }: Config): NamedPath[] {
  const of = (where: string, paths: Record<string, string | undefined>) =>
    Object.entries(paths).flatMap(([key, path]) =>
      path === undefined ? [] : [{ key, where, path }],
    );
  const { tls_cert, tls_key } = listen ?? {};
  return [
    ...of('', { state_dir, log_file, edge_ca_file }),
    ...pbx.flatMap(({ name, password_file, ca_file }) =>
      of(` of PBX "${name}"`, { password_file, ca_file }),
    ),
    ...of(' of [listen]', { tls_cert, tls_key }),
  ];
}

/** What was meant here, unless the service could not see it there. */
function wholeOf(key: string, path: string): string {
  const whole = resolve(path);
  if (!HIDDEN.test(whole)) return whole;
  if (key === 'state_dir') return places.stateDir;
  const folder = key === 'log_file' ? places.stateDir : dirname(places.configFile);
  return join(folder, basename(path));
}

/** In single quotation marks a backslash is nothing but itself. */
const quotedAsToml = (path: string) => (path.includes("'") ? JSON.stringify(path) : `'${path}'`);

/** Before anything is put: what cannot be made would leave a unit behind that never starts. */
export async function mustHavePlace({ state_dir, log_file }: Config, root: string): Promise<void> {
  const found = async (path: string) => {
    const isHere = root === '/' || process.platform === 'win32';
    const there = isHere ? path : join(root, path);
    return { there, is: await stat(there).catch(() => undefined) };
  };
  const state = await found(state_dir ?? places.stateDir);
  if (state.is && !state.is.isDirectory()) {
    throw new Refusal(`"state_dir": ${state.there} is no directory: name one, or a new one.`);
  }
  if (log_file === undefined) return;
  const folder = await found(dirname(log_file));
  // The directory of the state, and what it lies in, is made afterwards.
  const isMade = `${resolve(state_dir ?? places.stateDir)}/`.startsWith(
    `${resolve(dirname(log_file))}/`,
  );
  if (!folder.is?.isDirectory() && !isMade) {
    throw new Refusal(
      `"log_file": there is no directory ${folder.there}: make it, or name a file in another one.`,
    );
  }
  const log = await found(log_file);
  if (log.is?.isDirectory()) {
    throw new Refusal(`"log_file": ${log.there} is a directory: name a file in it.`);
  }
}
