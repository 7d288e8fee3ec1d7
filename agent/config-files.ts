// Brings in what the settings point to: the file itself, passwords, certificates. All faults at once.
import { readFile } from 'node:fs/promises';
import { type Config, type PbxConfig, parseConfig } from './config.ts';
import type { PbxTarget } from './pbx/connect.ts';
import { Refusal } from './refusal.ts';

export const PASSWORD_VARIABLE = 'PRESENCE_AGENT_PBX_PASSWORD';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, or `undefined` when there is no such file. Wrong settings are a Refusal. */
export async function readConfig(file: string): Promise<Config | undefined> {
  let toml: string;
  try {
    toml = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Refusal(`The configuration file ${file} cannot be read (${code}).`);
  }
  const parsed = parseConfig(toml);
  if (!parsed.ok) throw new Refusal(`${file} is not right:`, ...parsed.problems);
  return parsed.config;
}

/** The authority that is trusted towards the edge besides the public ones, if one is set. */
export async function edgeCa(
  file: string | undefined,
): Promise<{ extraCa?: string; problems: string[] }> {
  if (file === undefined) return { problems: [] };
  try {
    const extraCa = await readFile(file, 'utf8');
    if (isPem(extraCa)) return { extraCa, problems: [] };
    return { problems: [`"edge_ca_file": ${file} contains no PEM certificate.`] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problems: [`"edge_ca_file": ${file} cannot be read (${code}).`] };
  }
}

const isPem = (text: string) => text.includes('-----BEGIN CERTIFICATE-----');

/** What is needed to dial each PBX. Every missing password and unreadable file is named at once. */
export async function pbxTargets(
  pbxs: readonly PbxConfig[],
  env: Environment,
): Promise<{ targets: PbxTarget[]; problems: string[] }> {
  const problems: string[] = [];
  const read = async (pbx: PbxConfig, key: 'password_file' | 'ca_file') => {
    const file = pbx[key];
    if (file === undefined) return undefined;
    try {
      return await readFile(file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      problems.push(`"${key}" of PBX "${pbx.name}": ${file} cannot be read (${code}).`);
      return '';
    }
  };
  const targets: PbxTarget[] = [];
  for (const pbx of pbxs) {
    const before = problems.length;
    // Editors end a file with a line break that is no part of the password.
    const fromFile = (await read(pbx, 'password_file'))?.replace(/\r?\n$/, '');
    const ca = await read(pbx, 'ca_file');
    const password = pbx.password ?? fromFile ?? env[PASSWORD_VARIABLE];
    if (!password && problems.length === before) {
      problems.push(
        fromFile === ''
          ? `"password_file" of PBX "${pbx.name}": ${pbx.password_file} is empty.`
          : `PBX "${pbx.name}" has no password: set "password_file" or "password", or the environment variable ${PASSWORD_VARIABLE}.`,
      );
    }
    if (ca !== undefined && problems.length === before && !isPem(ca)) {
      problems.push(`"ca_file" of PBX "${pbx.name}": ${pbx.ca_file} contains no PEM certificate.`);
    }
    targets.push({
      name: pbx.name,
      address: { url: pbx.url, insecureTls: pbx.insecure_tls, ...(ca === undefined ? {} : { ca }) },
      credentials: { app: pbx.app, password: password ?? '' },
    });
  }
  return { targets, problems };
}
