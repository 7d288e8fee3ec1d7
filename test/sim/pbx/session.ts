/**
 * One AppWebsocket connection of the PBX, dialled by either side: login first, then the APIs that are
 * ticked at the App object. Owns the socket; knows what no message means.
 */
import type { WebSocket } from 'ws';
import { createAdminApi } from './admin-api.ts';
import { type ApiFlag, type AppObject, apiNames } from './app-objects.ts';
import type { Login } from './login.ts';
import { errorMessage, failed, type Message, parseMessage } from './messages.ts';
import type { Api, ApiContext, PbxNode, Session } from './node.ts';
import { createPresenceApi } from './presence-api.ts';
import { createReplication } from './replication.ts';
import { createWire, type Wire } from './wire.ts';

/** What the one who opens a session adds to it. */
export interface SessionOptions {
  direction: 'in' | 'out';
  login: Login;
  /** Base messages after the login that the opener wants, such as AppInfoResult. */
  onBase?: (message: Message) => boolean;
  onLoggedIn?: () => void;
  onClosed?: () => void;
}

type State =
  | { at: 'login' }
  | { at: 'in'; app: AppObject; apis: Map<string, Api> }
  | { at: 'closing' };

const apiMakers: Record<ApiFlag, (context: ApiContext) => Api> = {
  pbx: createPresenceApi,
  tableusers: createReplication,
  admin: createAdminApi,
};

/** Opens a session on a connected WebSocket. */
export function openSession(node: PbxNode, socket: WebSocket, options: SessionOptions): Session {
  const id = node.nextSessionId();
  const wire: Wire = createWire(node, id, socket, received);
  let state: State = { at: 'login' };

  function received(text: string): void {
    if (state.at === 'closing') return;
    const message = parseMessage(text);
    if (typeof message === 'string') {
      node.records.message(id, 'in', { mt: '(not a message)', text: text.slice(0, 200) });
      node.records.violation(id, 'not-a-message', message);
      wire.send(errorMessage(message));
      return;
    }
    node.records.message(id, 'in', message);
    if (message.mt === 'KeepAlive' && !message.api) {
      if (node.knobs.answerKeepAlive) wire.send({ mt: 'KeepAlive' });
    } else if (state.at === 'login') logIn(message);
    else if (message.api === undefined) base(message);
    else request(state, message, message.api);
  }

  function logIn(message: Message): void {
    const step = options.login.handle(message);
    if (message.mt === 'AppLogin' && 'key' in message)
      node.records.violation(id, 'leaked-key', 'AppLogin contains the session key');
    if (step.violation) node.records.violation(id, ...step.violation);
    if (typeof step.next === 'object') enter(step.next.loggedIn);
    for (const reply of step.say) wire.send(reply);
    if (step.next === 'wait') return;
    const ok = step.next !== 'close';
    const app = ok ? (session.app()?.h323 ?? '') : String(message['app'] ?? '');
    if (ok || message.mt.startsWith('AppLogin'))
      node.logins.tell({ at: node.now(), session: id, direction: options.direction, app, ok });
    if (ok) {
      options.onLoggedIn?.();
      return;
    }
    state = { at: 'closing' };
    wire.close(1008, 'not logged in');
  }

  function enter(app: AppObject): void {
    const context: ApiContext = {
      node,
      session: id,
      app,
      send: wire.send,
      violation: (code, detail) => node.records.violation(id, code, detail),
    };
    const ticked = app.apis.map((flag) => [apiNames[flag], apiMakers[flag](context)] as const);
    state = { at: 'in', app, apis: new Map(ticked) };
  }

  function base(message: Message): void {
    if (options.onBase?.(message)) return;
    // Answering an Error with an Error would never end.
    if (message.mt === 'Error') return;
    node.records.violation(id, 'unknown-mt', message.mt);
    wire.send(errorMessage(`unknown mt ${message.mt}`, message));
  }

  function request(inside: { apis: Map<string, Api> }, message: Message, name: string): void {
    const api = inside.apis.get(name);
    if (api) {
      api.handle(message);
      return;
    }
    const exists = Object.values(apiNames).includes(name);
    node.records.violation(id, exists ? 'api-not-ticked' : 'unknown-api', `${name} ${message.mt}`);
    if (exists) wire.send(failed(message, 6, `${name} is not enabled at this App object`));
    else wire.send(errorMessage(`unknown api ${name}`, message));
  }

  const session: Session = {
    id,
    direction: options.direction,
    since: node.now(),
    app: () => (state.at === 'in' ? state.app : undefined),
    cut: wire.cut,
    halfOpen: wire.halfOpen,
    release: wire.release,
  };
  socket.on('close', () => {
    if (state.at === 'in') for (const api of state.apis.values()) api.close();
    state = { at: 'closing' };
    node.sessions.delete(session);
    options.onClosed?.();
  });
  node.sessions.add(session);
  for (const message of options.login.start()) wire.send(message);
  return session;
}
