// Lays out in the state directory what workerd is started with: the configuration, and beside it the
// modules that the configuration names.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { assetFile, assetsIn, modulesIn } from './bundle.ts';
import { cannotWrite, reason, StartFault } from './fault.ts';
import type { LaunchOptions } from './launch-options.ts';
import { workerdConfig } from './workerd-config.ts';

/** What of wrangler.toml holds here too: one place says which bindings the Worker has. */
const wranglerToml = z.object({
  compatibility_date: z.string(),
  compatibility_flags: z.array(z.string()).default([]),
  durable_objects: z
    .object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) })
    .default({ bindings: [] }),
  kv_namespaces: z.array(z.object({ binding: z.string() })).default([]),
  assets: z.object({ binding: z.string() }).optional(),
});

/** Writes `configFile` and what it needs into `stateDir`; throws `StartFault`. */
export async function writeConfig(
  options: LaunchOptions & { wranglerConfig: string; bundleDir: string; latestTime: number },
  configFile: string,
): Promise<void> {
  const { stateDir, bundleDir, host, port, vars } = options;
  const write = (path: string, content: string | Uint8Array) =>
    writeFile(path, content).catch((cause) => {
      throw cannotWrite(stateDir, cause);
    });
  const modules = await modulesIn(bundleDir);
  for (const { name } of modules) {
    await write(join(stateDir, 'worker', name), await readPart(join(bundleDir, name)));
  }
  for (const name of await assetsIn(bundleDir)) {
    await write(join(stateDir, 'assets', name), await readPart(join(bundleDir, assetFile(name))));
  }
  const kvWorker = await readPart(join(import.meta.dirname, 'kv-worker.js'));
  await write(join(stateDir, 'kv-worker.js'), kvWorker);
  const toml = wranglerToml.parse(parse(await readFile(options.wranglerConfig, 'utf8')));
  const text = workerdConfig({
    address: `${inUrl(host)}:${port}`,
    modules,
    compatibilityDate: toml.compatibility_date,
    compatibilityFlags: toml.compatibility_flags,
    objects: toml.durable_objects.bindings.map(({ name, class_name }) => ({
      binding: name,
      className: class_name,
    })),
    kvBindings: toml.kv_namespaces.map(({ binding }) => binding),
    vars: Object.keys(vars),
    latestTime: options.latestTime,
    storage: join(stateDir, 'storage'),
    ...(toml.assets && { assets: { ...toml.assets, directory: join(stateDir, 'assets') } }),
    privateNetwork: 'GRAPH_ORIGIN' in vars || 'LOGIN_ORIGIN' in vars,
  });
  await write(configFile, text);
}

const readPart = (file: string): Promise<Uint8Array> =>
  readFile(file).catch((cause) => {
    const sentence = `A part of the edge cannot be read: ${reason(cause)}. Start it again; where that does not help, install it again.`;
    throw new StartFault([sentence], { cause });
  });

/** A host as it stands in a URL. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
