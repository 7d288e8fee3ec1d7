// What the command's environment says about where to serve and where to keep things.
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ENV_NAMES, type EnvFault, parseEnv } from '../env.ts';

export interface LaunchOptions {
  host: string;
  /** 0: whichever is free. */
  port: number;
  /** Absolute. */
  stateDir: string;
  /** The Worker's environment: names with values, nothing empty. */
  vars: Readonly<Record<string, string>>;
}

export type LaunchResult = { ok: true; options: LaunchOptions } | { ok: false; faults: EnvFault[] };

const HOST_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i;

/** Reads `PORT`, `HOST`, `STATE_DIR` and the Worker's environment; all faults at once. */
export function launchOptions(raw: Readonly<Record<string, string | undefined>>): LaunchResult {
  const faults: EnvFault[] = [];
  const port = raw['PORT'] || '8787';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    faults.push({ name: 'PORT', sentence: 'PORT must be a number from 0 to 65535.' });
  }
  const host = raw['HOST'] || '127.0.0.1';
  if (isIP(host) === 0 && !HOST_NAME.test(host)) {
    faults.push({
      name: 'HOST',
      sentence: 'HOST must be an address or a host name of this machine.',
    });
  }
  const vars: Record<string, string> = {};
  for (const name of ENV_NAMES) {
    const value = raw[name]?.trim();
    if (value) vars[name] = value;
  }
  const env = parseEnv(vars);
  if (!env.ok) faults.push(...env.faults);
  if (faults.length > 0) return { ok: false, faults };
  const stateDir = resolve(raw['STATE_DIR'] || '.state/edge');
  return { ok: true, options: { host, port: Number(port), stateDir, vars } };
}
