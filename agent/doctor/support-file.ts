// The file for support: what was found and how the agent is set up, with every secret and the names of
// users taken out.
import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { PASSWORD_VARIABLE } from '../config-files.ts';
import { parseProxy } from '../outward/way-out.ts';
import { textOf } from '../text-file.ts';
import type { Known } from './check-settings.ts';
import type { DoctorDeps } from './doctor.ts';
import type { Finding } from './finding.ts';
import { decoded, GONE, harmlessConfig, secretsIn } from './harmless-config.ts';

/** JSON, for people and programs. */
export async function supportFile(
  configFile: string,
  findings: readonly Finding[],
  known: Known,
  { about, env, clock, proxyFor }: DoctorDeps,
): Promise<string> {
  const proxy = known.edge ? proxyFor(known.edge.href) : '';
  const config = await readFile(configFile).then(
    (bytes) => textOf(bytes).text,
    () => '',
  );
  const clean = without([
    ...(await secretsOfConfig(config)),
    ...secretsOfMachine(known, env, proxy),
  ]);
  return JSON.stringify(
    {
      madeAt: new Date(clock.now()).toISOString(),
      agent: about,
      runtime: process.versions,
      proxy: withoutLogin(proxy),
      findings: findings.map(({ names, ...finding }) => ({
        ...finding,
        ...(names ? { users: names.length } : {}),
      })),
      config: harmlessConfig(config),
    },
    // Text by text: in the whole a secret might be a piece of what makes it JSON.
    (_, value: unknown) => (typeof value === 'string' ? clean(value) : value),
    2,
  );
}

function withoutLogin(proxy: string): string {
  if (!URL.canParse(proxy)) return proxy === '' ? '' : GONE;
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

/** Whatever else is wrong with it, and also of PBXs that dial the agent. */
async function secretsOfConfig(config: string): Promise<string[]> {
  const { passwords, files } = secretsIn(config);
  const secrets = [...passwords];
  for (const file of files) {
    const text = await readFile(file).then(
      (bytes) => textOf(bytes).text,
      () => undefined,
    );
    if (text !== undefined) secrets.push(text, text.trim());
    // No file, and none that could be there: then it is the password itself, written to the wrong key.
    else if (!(await isPlace(file))) secrets.push(file);
  }
  return secrets;
}

/** Whether it reads like the path of a file: a whole one, or one in a directory that is there. */
const isPlace = async (file: string): Promise<boolean> =>
  isAbsolute(file) ||
  (/[/\\]/.test(file) &&
    (await stat(dirname(file)).then(
      (about) => about.isDirectory(),
      () => false,
    )));

function secretsOfMachine(known: Known, env: DoctorDeps['env'], proxy: string): string[] {
  const parsed = parseProxy(proxy);
  const password = (parsed.ok && parsed.url?.password) || '';
  const { identity } = known;
  return [
    ...known.targets.map(({ credentials }) => credentials.password),
    env[PASSWORD_VARIABLE] ?? '',
    password,
    decoded(password),
    identity?.credential ?? '',
    identity?.privateKey.d ?? '',
    identity?.previous?.credential ?? '',
    identity?.previous?.privateKey.d ?? '',
  ];
}

/** Longest first: a secret may contain another. All at once: what takes its place may contain one too. */
function without(secrets: readonly string[]): (text: string) => string {
  const found = [...new Set(secrets.filter((secret) => secret.trim() !== ''))];
  if (found.length === 0) return (text) => text;
  const words = found
    .sort((a, b) => b.length - a.length)
    .map((secret) => secret.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const any = new RegExp(words.join('|'), 'g');
  return (text) => text.replace(any, GONE);
}
