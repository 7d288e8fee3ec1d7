// The file for support: what was found and how the agent is set up, with every secret and the names of
// users taken out.
import { readFile } from 'node:fs/promises';
import { PASSWORD_VARIABLE } from '../config-files.ts';
import { parseProxy } from '../outward/way-out.ts';
import type { Known } from './check-settings.ts';
import type { DoctorDeps } from './doctor.ts';
import type { Finding } from './finding.ts';

const GONE = '(removed)';

/** JSON, for people and programs. */
export async function supportFile(
  configFile: string,
  findings: readonly Finding[],
  known: Known,
  { about, env, clock, proxyFor }: DoctorDeps,
): Promise<string> {
  const proxy = known.edge ? proxyFor(known.edge.href) : '';
  const config = await readFile(configFile, 'utf8').catch(() => '');
  const text = JSON.stringify(
    {
      madeAt: new Date(clock.now()).toISOString(),
      agent: about,
      runtime: process.versions,
      proxy: withoutLogin(proxy),
      findings: findings.map(({ names, ...finding }) => ({
        ...finding,
        ...(names ? { users: names.length } : {}),
      })),
      config: withoutPasswords(config).split('\n'),
    },
    null,
    2,
  );
  return redacted(text, secretsOf(known, env, proxy));
}

/** Also where the file does not parse, so that its passwords are not known as such. */
const withoutPasswords = (toml: string) => toml.replace(/^(\s*password\s*=).*$/gm, `$1 "${GONE}"`);

function withoutLogin(proxy: string): string {
  if (!URL.canParse(proxy)) return proxy === '' ? '' : GONE;
  const { protocol, host } = new URL(proxy);
  return `${protocol}//${host}`;
}

function secretsOf(known: Known, env: DoctorDeps['env'], proxy: string): string[] {
  const parsed = parseProxy(proxy);
  const password = (parsed.ok && parsed.url?.password) || '';
  return [
    ...known.targets.map(({ credentials }) => credentials.password),
    env[PASSWORD_VARIABLE] ?? '',
    password,
    decodeURIComponent(password),
    known.identity?.credential ?? '',
    known.identity?.privateKey.d ?? '',
  ];
}

/** Longest first: a secret may contain another. */
function redacted(text: string, secrets: readonly string[]): string {
  const found = [...new Set(secrets.filter((secret) => secret !== ''))];
  return found
    .sort((a, b) => b.length - a.length)
    .reduce((all, secret) => all.replaceAll(JSON.stringify(secret).slice(1, -1), GONE), text);
}
