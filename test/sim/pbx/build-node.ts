/** A PBX from its options: everything it is and knows before anybody can reach it. */
import { type AppObject, completeAppObject, guidFrom } from './app-objects.ts';
import { createDirectory } from './directory.ts';
import { defaultKnobs } from './knobs.ts';
import type { LoginEvent, PbxNode } from './node.ts';
import type { PbxOptions } from './pbx.ts';
import { createPresenceStore } from './presence-store.ts';
import { createRecords } from './records.ts';
import { createSignal } from './signal.ts';
import { createUnallowedMonitor } from './unallowed.ts';
import { completeUser, defaultUsers, generateUsers, LICENCE } from './users.ts';

/** Makes a PBX without ports from the options; `first` is the App object meant where none is named. */
export function buildNode(options: PbxOptions): { node: PbxNode; first: AppObject } {
  const master = options.master?.node;
  const now = options.now ?? Date.now;
  const name = options.name ?? 'pbx';
  const domain = options.domain ?? master?.domain ?? 'example.com';
  const inherited = master ? [...master.apps.values()] : [{ h323: 'microsoft365' }];
  const apps = (options.apps ?? inherited).map(completeAppObject);
  const first = apps[0];
  if (!first) throw new Error('a PBX without App objects lets nobody in');
  const directory = master?.directory ?? createDirectory(guidFrom(`users:${domain}`));
  const users = options.users ?? (master ? [] : defaultUsers(domain));
  for (const user of typeof users === 'number' ? generateUsers(users, domain) : users)
    directory.add(completeUser(user, { loc: name, app: first.h323 }));
  let sessionId = 0;
  const node: PbxNode = {
    ...{ name, domain, now },
    dns: options.dns ?? 'localhost',
    ip4: options.host ?? '127.0.0.1',
    parent: master?.name,
    fullReplication: options.fullReplication ?? false,
    appLicences: options.appLicences ?? [defaultLicence],
    apps: new Map(apps.map((app) => [app.h323, app])),
    directory,
    presence: master?.presence ?? createPresenceStore((guid) => directory.byGuid(guid)?.online),
    knobs: { ...defaultKnobs, refusedActivities: [], ...options.knobs },
    records: createRecords(now, options.recordLimit ?? 200_000),
    unallowed: createUnallowedMonitor(),
    logins: createSignal<LoginEvent>(),
    sessions: new Set(),
    system: master?.system ?? new Set(),
    ports: { http: 0 },
    held: false,
    down: false,
    nextSessionId: () => ++sessionId,
    reboot: async () => {},
  };
  return { node, first };
}

const defaultLicence = {
  name: LICENCE,
  version: '14',
  count: '1000',
  used: '6',
  local: '6',
  slaves: '0',
};
