// Lays out in the state directory what workerd is started with: the configuration, and beside it the
// modules that the configuration names.
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import * as z from 'zod';
import { modulesIn } from './bundle.ts';
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
});

/** Writes `configFile` and what it needs into `stateDir`. */
export async function writeConfig(
  options: LaunchOptions & { wranglerConfig: string; bundleDir: string; latestTime: number },
  configFile: string,
): Promise<void> {
  const { stateDir, bundleDir, host, port, vars } = options;
  const modules = await modulesIn(bundleDir);
  for (const { name } of modules) {
    await copyFile(join(bundleDir, name), join(stateDir, 'worker', name));
  }
  await copyFile(join(import.meta.dirname, 'kv-worker.js'), join(stateDir, 'kv-worker.js'));
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
    privateNetwork: 'GRAPH_ORIGIN' in vars || 'LOGIN_ORIGIN' in vars,
  });
  await writeFile(configFile, text);
}

/** A host as it stands in a URL. */
export const inUrl = (host: string): string => (host.includes(':') ? `[${host}]` : host);
