/**
 * The PBX simulator: an innovaphone PBX as far as a presence connector can see it, as a real server on
 * a real loopback socket. It is a model with state, not a mock; `README.md` says how to use it.
 *
 * Not modelled: users logging in (`sip`), writing (UpdateObject, replication towards the PBX), resuming
 * a replication by USN, profiles, diversions, AddAlienCall, PbxSignal, RCC, Services, Impersonation,
 * Messages, session keys, templates with inherited rights, the rights `online`, `dialog` and `ids`,
 * lifetimes of presence items, and licences running out. Error numbers are invented.
 */
import { buildNode } from './build-node.ts';
import { createControl } from './control.ts';
import { type Dialled, dialOut } from './dial-out.ts';
import { listen, WEBSOCKET_PATH } from './listener.ts';
import { acceptLogin } from './login.ts';
import { holds } from './node.ts';
import type { Pbx, PbxOptions, PresenceEvent } from './pbx.ts';
import { fullView, listFor } from './presence-model.ts';
import type { PresenceChange } from './presence-store.ts';
import { withRights } from './rights.ts';
import { openSession } from './session.ts';
import { controlUser } from './user-control.ts';
import { completeUser, type PbxUser } from './users.ts';

export type { Pbx, PbxOptions, PresenceEvent } from './pbx.ts';

/** Starts a PBX. */
export async function startPbx(options: PbxOptions = {}): Promise<Pbx> {
  const { node, first } = buildNode(options);
  const dials = new Set<Dialled>();
  let closed = false;

  const listener = await listen({
    host: node.ip4,
    port: options.port ?? 0,
    tls: options.tls,
    admit: () => (node.down ? 'destroy' : node.held ? 'hold' : 'take'),
    connected(socket) {
      openSession(node, socket, { direction: 'in', login: acceptLogin(node.apps, node.domain) });
    },
    control: (request, response) => control(request, response),
  });
  node.ports = { http: listener.http, ...(listener.https ? { https: listener.https } : {}) };
  node.system.add(node);

  function cut(): void {
    listener.cut();
    for (const session of [...node.sessions]) session.cut();
  }

  const homed = () => node.directory.all().filter((user) => user.loc === node.name);

  node.reboot = async ({ forgetPresence = false, downMs = 0, until }) => {
    node.down = true;
    node.held = false;
    cut();
    for (const { guid } of homed()) {
      if (forgetPresence) node.presence.forget(guid);
      const had = forgetPresence || node.presence.get(guid).calls.length > 0;
      if (had) node.presence.change(guid, 'reboot', (state) => ({ ...state, calls: [] }));
    }
    await new Promise((resolve) => setTimeout(resolve, downMs));
    await until;
    node.down = closed;
  };

  function find(who: string): PbxUser {
    const { directory } = node;
    const user =
      directory.bySip(who) ??
      directory.byGuid(who) ??
      directory.byNumber(who) ??
      directory.byCn(who) ??
      directory.all().find(({ emails }) => emails?.some(({ email }) => email === who));
    if (!user) throw new Error(`no user ${who}`);
    return user;
  }

  const event = ({ guid, cause }: PresenceChange): PresenceEvent => {
    const items = listFor(node.presence.get(guid), fullView);
    const user = controlUser(node, guid);
    const h323 = node.directory.byGuid(guid)?.h323 ?? '';
    const [activity, manual] = [user.activity(), user.manual()];
    return { at: node.now(), cause, guid, h323, activity, manual, items };
  };

  const pbx: Pbx = {
    name: node.name,
    domain: node.domain,
    url: `ws://${node.ip4}:${listener.http}${WEBSOCKET_PATH}`,
    secureUrl: listener.https ? `wss://${node.ip4}:${listener.https}${WEBSOCKET_PATH}` : undefined,
    origin: `http://${node.ip4}:${listener.http}`,
    app: first.h323,
    password: first.password,
    knobs: node.knobs,
    messages: node.records.messages,
    violations: node.records.violations,
    setPresenceHistory: node.records.setPresence,
    node,
    clearRecords: node.records.clear,
    on(name, listener) {
      // One cast here spares one at every caller: each name has its own type of event.
      const tell = listener as (value: unknown) => void;
      if (name === 'message') return node.records.onMessage.on(tell);
      if (name === 'violation') return node.records.onViolation.on(tell);
      if (name === 'login') return node.logins.on(tell);
      return node.presence.changes.on((change) => tell(event(change)));
    },
    user: (who) => controlUser(node, find(who).guid),
    users: () => node.directory.all().filter((user) => holds(node, user)),
    addUser(input) {
      const user = completeUser(input, { loc: node.name, app: first.h323 });
      node.directory.add(user);
      return controlUser(node, user.guid);
    },
    updateUser(who, patch) {
      const entries = Object.entries({ ...find(who), ...patch });
      const kept = entries.filter(([, value]) => value !== null && value !== undefined);
      node.directory.update(Object.fromEntries(kept) as unknown as PbxUser);
    },
    removeUser(who) {
      const { guid } = find(who);
      node.presence.forget(guid);
      node.directory.remove(guid);
    },
    setRights(who, rights, app = first.h323) {
      pbx.updateUser(who, { allows: withRights(find(who).allows, app, rights) });
    },
    sessions: () =>
      [...node.sessions].map(({ id, direction, since, app }) => ({
        ...{ id, direction, since },
        app: app()?.h323,
      })),
    cut,
    hold() {
      node.held = true;
    },
    release() {
      node.held = false;
      listener.release();
      for (const session of [...node.sessions]) session.release();
    },
    changeTls: listener.changeTls,
    halfOpen() {
      for (const session of node.sessions) session.halfOpen();
    },
    reboot: (how = {}) => node.reboot(how),
    dial(url, how = {}) {
      const app = how.app === undefined ? first : node.apps.get(how.app);
      if (!app) throw new Error(`no App object ${how.app}`);
      const dialled = dialOut(node, app, url, how);
      dials.add(dialled);
      return dialled;
    },
    async close() {
      closed = true;
      node.down = true;
      node.system.delete(node);
      for (const dialled of dials) dialled.stop();
      cut();
      await listener.close();
    },
  };
  const control = createControl(pbx);
  return pbx;
}
