// The agent's settings: what the TOML file may say, checked once, with a sentence for every fault.
// Pure: reads no file and no environment. Passwords and certificates come in by config-files.ts.
import { parse as parseToml, TomlError } from 'smol-toml';
import { z } from 'zod';
import { type EdgeUrl, isLoopback, parseEdgeUrl } from './edge-url.ts';
import { suggestion } from './suggestion.ts';

const text = (what: string) =>
  z
    .string({
      error: ({ input }) =>
        input === undefined ? `is missing; it is ${what}` : `must be a text: ${what}`,
    })
    .min(1, `is empty; it is ${what}`);
const path = text('the path of a file');

const edge = text('the URL of the connector').transform((value, ctx): EdgeUrl => {
  const parsed = parseEdgeUrl(value);
  if (parsed.ok) return parsed.edge;
  ctx.addIssue({ code: 'custom', message: parsed.problem });
  return z.NEVER;
});

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const health = text('an address and port, e.g. "127.0.0.1:9470"').transform(
  (value, ctx): HostPort => {
    const url = URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : undefined;
    const port = /:(\d+)$/.exec(value)?.[1];
    if (url && port !== undefined && url.host && isLoopback(url.hostname)) {
      return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
    }
    ctx.addIssue({
      code: 'custom',
      message: 'must be an address of this machine itself with a port, e.g. "127.0.0.1:9470"',
    });
    return z.NEVER;
  },
);

const pbxUrl = text('the address of the PBX').superRefine((value, ctx) => {
  const protocol = URL.canParse(value) ? new URL(value).protocol : '';
  if (protocol === 'wss:' || protocol === 'ws:') return;
  ctx.addIssue({
    code: 'custom',
    message: 'must begin with wss://, e.g. wss://192.0.2.10/PBX0/APPS/websocket',
  });
});

const listenAddress = text('an address and port, e.g. "0.0.0.0:9471"').transform(
  (value, ctx): HostPort => {
    const url = URL.canParse(`http://${value}`) ? new URL(`http://${value}`) : undefined;
    const port = /:(\d+)$/.exec(value)?.[1];
    if (url?.hostname && url.pathname === '/' && port !== undefined) {
      return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
    }
    ctx.addIssue({
      code: 'custom',
      message: 'must be an address of this machine with a port, e.g. "0.0.0.0:9471"',
    });
    return z.NEVER;
  },
);

const flag = z.boolean({ error: 'must be true or false, without quotation marks' });

const pbx = z
  .strictObject({
    name: text('the PBX name').refine((name) => !name.includes('.'), {
      error: 'must be the PBX name (PBX > Config > General), not a DNS name: it contains no dot',
    }),
    /** Without it the PBX dials us, see `listen`. */
    url: pbxUrl.optional(),
    app: text('the Name of the App object on the PBX'),
    password: text('the password of the App object').optional(),
    password_file: path.optional(),
    ca_file: path.optional(),
    insecure_tls: flag.default(false),
    /** Whether slaves that home users and have no entry are found and dialled. */
    find_slaves: flag.default(true),
  })
  .refine(({ password, password_file }) => !(password && password_file), {
    path: ['password'],
    error: 'and "password_file" are both set: keep one of them',
  })
  .superRefine(({ url, ca_file, insecure_tls }, ctx) => {
    if (url !== undefined) return;
    const message = 'is of use only together with "url": without it the PBX dials the agent';
    if (ca_file !== undefined) ctx.addIssue({ code: 'custom', path: ['ca_file'], message });
    if (insecure_tls) ctx.addIssue({ code: 'custom', path: ['insecure_tls'], message });
  });

const settings = z.strictObject({
  edge: edge.optional(),
  state_dir: text('a directory').optional(),
  health: health.optional(),
  edge_ca_file: path.optional(),
  log: z
    .enum(['text', 'json'], { error: 'must be "text" (for people) or "json" (for programs)' })
    .default('text'),
  log_file: path.optional(),
  pbx: z
    .array(pbx, { error: 'is written [[pbx]], with two brackets, once for each PBX' })
    .default([])
    .superRefine((list, ctx) => {
      for (const [at, { name }] of list.entries()) {
        if (list.findIndex((other) => other.name === name) === at) continue;
        ctx.addIssue({ code: 'custom', path: [at, 'name'], message: `"${name}" is there twice` });
      }
    }),
  listen: z
    .strictObject(
      {
        address: listenAddress,
        tls_cert: path.optional(),
        tls_key: path.optional(),
      },
      { error: 'is a section of its own: [listen]' },
    )
    .refine(({ tls_cert, tls_key }) => (tls_cert === undefined) === (tls_key === undefined), {
      path: ['tls_cert'],
      error: 'and "tls_key" belong together: set both, or none for ws:// without encryption',
    })
    .optional(),
});

/** An entry without `url` waits for a PBX to dial us, which needs a place to come to. */
const complete = settings.superRefine(({ pbx: list, listen }, ctx) => {
  if (listen) return;
  for (const [at, { url }] of list.entries()) {
    if (url !== undefined) continue;
    const message =
      'is missing; it is the address of the PBX. (Where the PBX is to dial the agent, add a [listen] section instead)';
    ctx.addIssue({ code: 'custom', path: ['pbx', at, 'url'], message });
  }
});

export type Config = Readonly<z.infer<typeof complete>>;
export type PbxConfig = Config['pbx'][number];
export type ParsedConfig = { ok: true; config: Config } | { ok: false; problems: string[] };

/** What may be said, by section; `''` is the top of the file. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(settings.shape),
  pbx: Object.keys(pbx.shape),
  listen: ['address', 'tls_cert', 'tls_key'],
};

/** Reads the text of a configuration file. All problems at once, each a sentence naming its key. */
export function parseConfig(toml: string): ParsedConfig {
  let table: unknown;
  try {
    table = parseToml(toml);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const what = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '');
    return { ok: false, problems: [`Line ${error.line}, column ${error.column}: ${what}.`] };
  }
  const result = complete.safeParse(table);
  if (result.success) return { ok: true, config: deepFreeze(result.data) };
  return { ok: false, problems: result.error.issues.flatMap(problemsOf) };
}

function problemsOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = KEYS[String(issue.path[0] ?? '')] ?? [];
    return issue.keys.map((key) => {
      const meant = suggestion(key, known);
      const help = meant ? `did you mean "${meant}"?` : `the keys here are ${known.join(', ')}.`;
      return `${keyName([...issue.path, key])} is not a setting; ${help}`;
    });
  }
  return [`${keyName(issue.path)} ${issue.message}.`];
}

/** `"edge"`, or `"url" of the 2nd [[pbx]]`, as an admin finds it in the file. */
function keyName(path: readonly PropertyKey[]): string {
  const [section, ...rest] = path;
  const last = rest.at(-1);
  if (typeof rest[0] === 'number') {
    const where = `[[${String(section)}]] number ${rest[0] + 1}`;
    return typeof last === 'string' ? `"${last}" of ${where}` : where;
  }
  return last === undefined ? `"${String(section)}"` : `"${String(last)}" of [${String(section)}]`;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
