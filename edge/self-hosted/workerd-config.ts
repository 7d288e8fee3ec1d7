// The configuration that workerd is started with, as Cap'n Proto text. It holds no value of the
// environment: workerd takes those from its own, so that no secret is written to disk. Pure.

export interface WorkerModule {
  /** Relative to the configuration's directory in `worker/`, and the module's name. */
  name: string;
  kind: 'esModule' | 'text' | 'data' | 'wasm';
}

export interface WorkerdConfig {
  address: string;
  modules: readonly WorkerModule[];
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
  /** Bindings to Durable Object classes of the Worker. */
  objects: readonly { binding: string; className: string }[];
  kvBindings: readonly string[];
  /** The binding for what the Worker hands out as it is, and where that lies; absolute. */
  assets?: { binding: string; directory: string };
  /** Names of the variables that the Worker gets from workerd's environment. */
  vars: readonly string[];
  /** The latest time that there has been on this machine, epoch ms. */
  latestTime: number;
  /** Where objects keep their data; absolute. */
  storage: string;
  /** Laboratories: the Worker may also reach private and loopback addresses. */
  privateNetwork: boolean;
}

/** Name of the socket, under which workerd reports the port it got. */
export const SOCKET = 'http';

/** Object ids are derived from it: it must never change. */
const uniqueKey = (className: string): string => `presence-connector-${className}`;

const text = JSON.stringify;
const list = (items: readonly string[]): string =>
  `[${items.map((item) => `\n  ${item},`).join('')}\n]`;

/** The configuration as text for `workerd serve`. */
export function workerdConfig(config: WorkerdConfig): string {
  const allow = config.privateNetwork ? '["public", "private"]' : '["public"]';
  const { assets } = config;
  const bindings = [
    '(name = "SELF_HOSTED", text = "1")',
    `(name = "LATEST_TIME", text = "${config.latestTime}")`,
    ...config.vars.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
    ...config.kvBindings.map((name) => `(name = ${text(name)}, kvNamespace = "kv")`),
    ...(assets ? [`(name = ${text(assets.binding)}, service = "assets")`] : []),
    ...config.objects.map(
      ({ binding, className }) =>
        `(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`,
    ),
  ];
  const modules = config.modules.map(
    ({ name, kind }) => `(name = ${text(name)}, ${kind} = embed ${text(`worker/${name}`)})`,
  );
  const services = [
    '(name = "edge", worker = .edge)',
    '(name = "kv", worker = .kv)',
    ...(assets ? [`(name = "assets", disk = (path = ${text(assets.directory)}))`] : []),
    `(name = "storage", disk = (path = ${text(config.storage)}, writable = true))`,
    `(name = "internet", network = (allow = ${allow}, tlsOptions = (trustBrowserCas = true)))`,
  ];
  const namespaces = config.objects.map(({ className }) => namespace(className));
  return `# Written by edge/self-hosted at each start; changes are lost.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = ${list(services)},
  sockets = [(name = "${SOCKET}", address = ${text(config.address)}, http = (), service = "edge")],
);

const edge :Workerd.Worker = (
  modules = ${list(modules)},
  compatibilityDate = ${text(config.compatibilityDate)},
  compatibilityFlags = ${list(config.compatibilityFlags.map((flag) => text(flag)))},
  bindings = ${list(bindings)},
  durableObjectNamespaces = ${list(namespaces)},
  durableObjectStorage = (localDisk = "storage"),
);

const kv :Workerd.Worker = (
  modules = [(name = "kv-worker.js", esModule = embed "kv-worker.js")],
  compatibilityDate = ${text(config.compatibilityDate)},
  bindings = [(name = "STORE", durableObjectNamespace = "KvStore")],
  durableObjectNamespaces = [${namespace('KvStore')}],
  durableObjectStorage = (localDisk = "storage"),
);
`;
}

const namespace = (className: string): string =>
  `(className = ${text(className)}, uniqueKey = ${text(uniqueKey(className))}, enableSql = true)`;
