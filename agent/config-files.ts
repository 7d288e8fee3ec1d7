// Brings in what the settings point to: the file itself, passwords, certificates. All faults at once.
import { readFile } from 'node:fs/promises';
import { type Config, type PbxConfig, parseConfig } from './config.ts';
import type { WayOut } from './outward/way-out.ts';
import type { AwaitedPbx } from './pbx/admission.ts';
import type { PbxTarget } from './pbx/connect.ts';
import type { ListenAddress } from './pbx/listen.ts';
import { Refusal } from './refusal.ts';
import { textOf } from './text-file.ts';

export const PASSWORD_VARIABLE = 'PRESENCE_AGENT_PBX_PASSWORD';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings, or `undefined` when there is no such file. Wrong settings are a Refusal. */
export async function readConfig(file: string): Promise<Config | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Refusal(`The configuration file ${notRead(file, code)}.`);
  }
  const { text, encoding } = textOf(bytes);
  if (encoding === 'UTF-16') {
    throw new Refusal(`${file} is not right:`, 'It is written as UTF-16: save it as UTF-8.');
  }
  const parsed = parseConfig(text);
  if (!parsed.ok) throw new Refusal(`${file} is not right:`, ...parsed.problems);
  return parsed.config;
}

/** The authority that is trusted towards the edge besides the public ones, if one is set. */
export async function edgeCa(
  file: string | undefined,
): Promise<Pick<WayOut, 'extraCa' | 'extraCaFile'> & { problems: string[] }> {
  if (file === undefined) return { problems: [] };
  try {
    const extraCa = await readFile(file, 'utf8');
    if (isPem(extraCa)) return { extraCa, extraCaFile: file, problems: [] };
    return { problems: [`"edge_ca_file": ${file} contains no PEM certificate.`] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problems: [`"edge_ca_file": ${notRead(file, code)}.`] };
  }
}

/** What is so, and what to do about it. @param code of Node */
function notRead(file: string, code: string | undefined): string {
  const remedy =
    code === 'EACCES' || code === 'EPERM' ? 'let the user of the agent read it' : 'check the path';
  return `${file} cannot be read (${code}): ${remedy}`;
}

/** What Windows PowerShell writes with `>` and `Out-File` is UTF-16. */
const AS_UTF8 = 'write it anew as UTF-8, in PowerShell with Set-Content -NoNewline -Encoding utf8';

const isPem = (text: string) => text.includes('-----BEGIN CERTIFICATE-----');

/**
 * What is needed to dial each PBX that has a `url`, and to let in each PBX that dials us. Every missing
 * password and unreadable file is named at once.
 */
export async function pbxTargets(
  pbxs: readonly PbxConfig[],
  env: Environment,
): Promise<{ targets: PbxTarget[]; awaited: AwaitedPbx[]; problems: string[] }> {
  const problems: string[] = [];
  const awaited: AwaitedPbx[] = [];
  const read = async (pbx: PbxConfig, key: 'password_file' | 'ca_file') => {
    const file = pbx[key];
    if (file === undefined) return undefined;
    try {
      const { text, encoding } = textOf(await readFile(file));
      if (key === 'password_file' && encoding !== 'UTF-8') {
        const what = encoding === 'UTF-16' ? 'is written as UTF-16' : 'is not written as UTF-8';
        problems.push(`"${key}" of PBX "${pbx.name}": ${file} ${what}: ${AS_UTF8}.`);
      }
      return text;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      problems.push(`"${key}" of PBX "${pbx.name}": ${notRead(file, code)}.`);
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
    const { name, url } = pbx;
    const credentials = { app: pbx.app, password: password ?? '' };
    awaited.push({ name, credentials });
    if (url === undefined) continue;
    const { ca_file: caFile, insecure_tls: insecureTls } = pbx;
    const trusted = ca === undefined || caFile === undefined ? {} : { ca, caFile };
    const address = { url, insecureTls, ...trusted };
    targets.push({ name, address, credentials });
  }
  return { targets, awaited, problems };
}

/** Where PBXs dial us, with the certificate they get to see. */
export async function listenAddress({
  address,
  tls_cert,
  tls_key,
}: NonNullable<Config['listen']>): Promise<{ address: ListenAddress; problems: string[] }> {
  if (tls_cert === undefined || tls_key === undefined) return { address, problems: [] };
  const problems: string[] = [];
  const read = async (key: string, file: string, block: RegExp) => {
    const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
      problems.push(`"${key}" of [listen]: ${notRead(file, code)}.`);
      return undefined;
    });
    if (text !== undefined && !block.test(text)) {
      problems.push(`"${key}" of [listen]: ${file} is not what it should be: PEM, not encrypted.`);
    }
    return text ?? '';
  };
  const cert = await read('tls_cert', tls_cert, /-----BEGIN CERTIFICATE-----/);
  const key = await read('tls_key', tls_key, /-----BEGIN (RSA |EC )?PRIVATE KEY-----/);
  const tlsFiles = { cert: tls_cert, key: tls_key };
  return { address: { ...address, tls: { cert, key }, tlsFiles }, problems };
}
