// The Worker's environment, parsed once by schema. Each fault is a sentence that names the value; the
// launcher prints it and ends, on Cloudflare every route but /healthz answers with it.
// By the small variant of zod: it is parsed at each start, and there the methods of the other one take longer to be made
// than all else that is done for the first request.
import * as z from 'zod/mini';
import { late } from '../shared/late.ts';
import { bytesOf } from './base64.ts';
import { isLoopback } from './loopback.ts';

/** Where Durable Objects may live. Their ids depend on it, so it is chosen once. */
export type Jurisdiction = 'eu' | 'us' | 'fedramp';

export interface EdgeEnv {
  adminToken: string;
  /** 32 bytes from which every key is derived. */
  settingsKey: Uint8Array<ArrayBuffer>;
  /** The key before: opens and verifies what it made, makes nothing new. */
  settingsKeyPrevious: Uint8Array<ArrayBuffer> | null;
  /** Cloudflare Access: the team's origin, which is also the issuer, and the application's audience. */
  access: { issuer: string; audience: string } | null;
  jurisdiction: Jurisdiction | null;
  /** CSP sources that may frame the admin page. */
  frameAncestors: string[];
  /** Laboratories only: where requests to Microsoft Graph and to its sign-in go instead. */
  graphOrigin: string | null;
  loginOrigin: string | null;
  /** Runs on the launcher's workerd, which has no jurisdictions and no Cloudflare in front. */
  selfHosted: boolean;
  /** The launcher's: the latest time that there has been on its machine when it started, epoch ms; else 0. */
  latestTime: number;
}

export interface EnvFault {
  name: string;
  /** For people; holds the name, never the value. */
  sentence: string;
}

export type EnvResult = { ok: true; env: EdgeEnv } | { ok: false; faults: EnvFault[] };

/** What the environment may hold; the launcher passes on exactly these. */
export const ENV_NAMES = [
  'ADMIN_TOKEN',
  'SETTINGS_KEY',
  'SETTINGS_KEY_PREVIOUS',
  'ACCESS_TEAM_DOMAIN',
  'ACCESS_AUD',
  'JURISDICTION',
  'FRAME_ANCESTORS',
  'GRAPH_ORIGIN',
  'LOGIN_ORIGIN',
  'SELF_HOSTED',
  'LATEST_TIME',
] as const;

const HOW_TO_MAKE_A_KEY = '32 random bytes in base64 (openssl rand -base64 32)';

/** A text that must parse into something; `parse` answers `undefined` where it does not. */
const parsed = <T>(parse: (text: string) => T | undefined, otherwise: string) =>
  z.pipe(
    z.string({ error: otherwise }),
    z.transform((text, context): T => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.issues.push({ code: 'custom', message: otherwise, input: text });
      return z.NEVER;
    }),
  );

const key = () => parsed(keyBytes, `must be ${HOW_TO_MAKE_A_KEY}.`);
const origin = () =>
  parsed(
    originOf,
    'must be an origin such as https://graph.example.net, without a path; http only towards loopback.',
  );

const rawEnv = late(() =>
  z.object({
    ADMIN_TOKEN: parsed(
      (text) => (text === '' ? undefined : text),
      'must be a long random text: with it the operator signs in.',
    ),
    SETTINGS_KEY: key(),
    SETTINGS_KEY_PREVIOUS: z.optional(key()),
    ACCESS_TEAM_DOMAIN: z.optional(
      parsed(
        (text) => originOf(text.includes('://') ? text : `https://${text}`),
        'must be the team domain of Cloudflare Access, such as example.cloudflareaccess.com.',
      ),
    ),
    ACCESS_AUD: z.optional(z.string({ error: 'must be text.' })),
    JURISDICTION: z.optional(
      z.enum(['eu', 'us', 'fedramp'], { error: 'must be eu, us or fedramp, or not set.' }),
    ),
    FRAME_ANCESTORS: z.optional(
      parsed(
        frameAncestors,
        "must be a list of sites separated by spaces, such as https://pbx.example.com or 'self'.",
      ),
    ),
    GRAPH_ORIGIN: z.optional(origin()),
    LOGIN_ORIGIN: z.optional(origin()),
    SELF_HOSTED: z.optional(z.string({ error: 'must be text.' })),
    LATEST_TIME: z.optional(z.coerce.number({ error: 'must be a time in ms.' })),
  }),
);

/** Reads the environment; all faults at once, in the order of `ENV_NAMES`. */
export function parseEnv(raw: Readonly<Record<string, unknown>>): EnvResult {
  const given: Record<string, unknown> = {};
  for (const name of ENV_NAMES) {
    const value = raw[name];
    const text = typeof value === 'string' ? value.trim() : value;
    // Empty is how an unset value arrives from shells, compose files and CI.
    if (text !== undefined && text !== null && text !== '') given[name] = text;
  }
  const result = rawEnv().safeParse(given);
  const faults = (result.error?.issues ?? []).map((issue) => {
    const name = String(issue.path[0]);
    return { name, sentence: `${name} ${name in given ? '' : 'is missing: it '}${issue.message}` };
  });
  faults.push(...accessFaults(given));
  if (!result.success || faults.length > 0) return { ok: false, faults };
  const { data } = result;
  return {
    ok: true,
    env: {
      adminToken: data.ADMIN_TOKEN,
      settingsKey: data.SETTINGS_KEY,
      settingsKeyPrevious: data.SETTINGS_KEY_PREVIOUS ?? null,
      access:
        data.ACCESS_TEAM_DOMAIN && data.ACCESS_AUD
          ? { issuer: data.ACCESS_TEAM_DOMAIN, audience: data.ACCESS_AUD }
          : null,
      jurisdiction: data.JURISDICTION ?? null,
      frameAncestors: data.FRAME_ANCESTORS ?? [],
      graphOrigin: data.GRAPH_ORIGIN ?? null,
      loginOrigin: data.LOGIN_ORIGIN ?? null,
      selfHosted: data.SELF_HOSTED !== undefined,
      latestTime: data.LATEST_TIME ?? 0,
    },
  };
}

/** One without the other would leave the operator's sign-in open or useless, silently. */
function accessFaults(given: Record<string, unknown>): EnvFault[] {
  const pair = ['ACCESS_TEAM_DOMAIN', 'ACCESS_AUD'] as const;
  const [missing, ...more] = pair.filter((name) => !(name in given));
  if (missing === undefined || more.length > 0) return [];
  const [other] = pair.filter((name) => name !== missing);
  return [{ name: missing, sentence: `${missing} is missing: ${other} is of use only with it.` }];
}

/** The sentence for a JURISDICTION that is not the one before; `null`: none. */
export function jurisdictionChanged(before: string | null, wanted: string | null): string {
  const was = before ?? 'not set';
  const is = wanted ?? 'not set';
  return `JURISDICTION is ${is}, but was ${was} before: it is chosen once, set it back.`;
}

function keyBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = bytesOf(text.replaceAll('-', '+').replaceAll('_', '/'));
    return bytes.length === 32 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || url.username || url.password || url.search || url.hash) return undefined;
  if (url.pathname !== '/' || text.includes('?') || text.includes('#')) return undefined;
  if (url.protocol === 'https:') return url.origin;
  return url.protocol === 'http:' && isLoopback(url.hostname) ? url.origin : undefined;
}

const FRAME_ANCESTOR =
  /^(?:'self'|(?:https?:\/\/)?(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d+)?)$/i;

function frameAncestors(text: string): string[] | undefined {
  const sources = text.split(/\s+/);
  return sources.every((source) => FRAME_ANCESTOR.test(source)) ? sources : undefined;
}
