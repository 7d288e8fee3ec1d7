/** PbxAdminApi (facts §3.2): the read-only operations a presence connector can want. Writes nothing. */
import { checkFields, type Fields } from './fields.ts';
import { errorMessage, failed, indication, type Message, result } from './messages.ts';
import { type Api, type ApiContext, holds } from './node.ts';
import { fullView, listFor } from './presence-model.ts';
import type { UnallowedChange } from './unallowed.ts';
import type { PbxUser } from './users.ts';

const API = 'PbxAdminApi';
const SEARCH_LIMIT = 20;

const someUser: Fields = { guid: 'string', cn: 'string', h323: 'string' };
const requests: Record<string, Fields> = {
  MonitorConfig: { stop: 'boolean' },
  MonitorUnallowed: { stop: 'boolean' },
  GetPbxConfig: {},
  GetNodes: {},
  GetLocation: { loc: 'string' },
  CheckAppLic: { ...someUser, lic: 'string' },
  GetAppLics: {},
  GetObject: { ...someUser, properties: 'strings', template: 'boolean' },
  SearchUsers: { cn: 'string', includeMatch: 'boolean' },
};

/** PbxAdminApi on one connection. */
export function createAdminApi(context: ApiContext): Api {
  const { node } = context;
  let stopUnallowed: (() => void) | undefined;

  function find({ guid, cn, h323 }: Message): PbxUser | undefined {
    let user: PbxUser | undefined;
    if (typeof guid === 'string') user = node.directory.byGuid(guid);
    else if (typeof h323 === 'string') user = node.directory.bySip(h323);
    else if (typeof cn === 'string') user = node.directory.byCn(cn);
    return user && holds(node, user) ? user : undefined;
  }

  function monitorConfig(request: Message): void {
    context.send(result(request));
    if (request['stop']) return;
    const { domain, name: pbx, dns, ip4 } = node;
    context.send(indication(API, 'MonitorConfigInfo', request.src, { domain, pbx, dns, ip4 }));
  }

  function monitorUnallowed(request: Message): void {
    context.send(result(request));
    stopUnallowed?.();
    stopUnallowed = undefined;
    if (request['stop']) return;
    const tell = ({ guid, srcs }: UnallowedChange) => {
      const row = node.directory.byGuid(guid);
      const user = row?.[node.knobs.unallowedUser] ?? guid;
      const mt = srcs.length > 0 ? 'MonitorUnallowedAdd' : 'MonitorUnallowedDel';
      const names = srcs.map((name) => ({ name }));
      context.send(indication(API, mt, request.src, { user, srcs: names }));
    };
    for (const change of node.unallowed.all()) tell(change);
    stopUnallowed = node.unallowed.changes.on(tell);
  }

  function getLocation(request: Message): void {
    const known = [...node.system].find(({ name }) => name === request['loc']);
    if (!known) {
      context.send(failed(request, 1, 'No such location'));
      return;
    }
    // Not registered: the address of the current PBX comes back (facts §1.1).
    const { ports, dns, ip4 } = known.down ? node : known;
    const place = { http: ports.http, ...(ports.https ? { https: ports.https } : {}) };
    const fields = { loc: known.name, ...place, module: 'PBX0', dns, addr: ip4 };
    context.send(result(request, fields));
  }

  function checkAppLic(request: Message): void {
    const user = find(request);
    const asked = String(request['lic'] ?? '');
    // A licence counts for every app whose name begins like it (facts §4.1).
    const ok = user?.licences.some((lic) => asked.startsWith(lic.replace(/\)$/, '')));
    context.send(result(request, ok ? { ok: true } : {}));
  }

  function getObject(request: Message): void {
    const user = find(request);
    if (!user) {
      context.send(failed(request, 1, 'No such object'));
      return;
    }
    const { licences, grps, online: _, ...columns } = user;
    const presence = listFor(node.presence.get(user.guid), fullView).map((item) => ({
      c: item.contact,
      ...(item.activity ? { a: item.activity } : {}),
      ...(item.note ? { n: item.note } : {}),
    }));
    const all: Record<string, unknown> = {
      ...columns,
      ...(grps ? { grp: grps } : {}),
      'app-lics': licences.map((name) => ({ name })),
      presence,
    };
    const wanted = request['properties'] as string[] | undefined;
    const entries = Object.entries(all).filter(([name]) => !wanted || wanted.includes(name));
    context.send(result(request, Object.fromEntries(entries)));
  }

  function searchUsers(request: Message): void {
    const from = String(request['cn'] ?? '');
    const user = node.directory
      .all()
      .filter((row) => holds(node, row) && ['', 'executive'].includes(row.pseudo ?? ''))
      .filter(({ cn }) => cn > from || (request['includeMatch'] === true && cn === from))
      .sort((left, right) => (left.cn < right.cn ? -1 : 1))
      .slice(0, SEARCH_LIMIT)
      .map(({ cn, dn, guid, h323 }) => ({ cn, ...(dn ? { dn } : {}), guid, h323 }));
    context.send(result(request, { user }));
  }

  function getNodes(request: Message): void {
    const master = [...node.system].find(({ parent }) => parent === undefined);
    const nodes = [...node.system].map(({ name, parent }) =>
      parent === undefined
        ? { name: 'root', node: '', loc: name }
        : { name, node: 'root', loc: master?.name },
    );
    context.send(result(request, { nodes }));
  }

  const handlers: Record<string, (request: Message) => void> = {
    MonitorConfig: monitorConfig,
    MonitorUnallowed: monitorUnallowed,
    GetPbxConfig: (request) => context.send(result(request, { loc: node.name })),
    GetNodes: getNodes,
    GetLocation: getLocation,
    CheckAppLic: checkAppLic,
    GetAppLics: (request) =>
      context.send(result(request, node.appLicences.length > 0 ? { lic: node.appLicences } : {})),
    GetObject: getObject,
    SearchUsers: searchUsers,
  };

  return {
    handle(request) {
      const handler = handlers[request.mt];
      const fields = requests[request.mt];
      if (!handler || !fields) {
        context.violation('unknown-mt', `${API} ${request.mt}`);
        return context.send(errorMessage(`unknown mt ${request.mt}`, request));
      }
      const { unknown, wrong } = checkFields(request, fields);
      if (unknown.length > 0) context.violation('unknown-field', `${request.mt}: ${unknown}`);
      if (wrong.length > 0) {
        context.violation('wrong-type', `${request.mt}: ${wrong}`);
        return context.send(failed(request, 2, 'Invalid request'));
      }
      handler(request);
    },
    close: () => stopUnallowed?.(),
  };
}
