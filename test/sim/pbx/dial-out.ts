/**
 * Mode A (facts §1.1, §1.4, §1.6, §1.7): the PBX dials an app service, logs in with the App object's
 * password, introduces itself with PbxInfo and AppInfo, and is the API server from then on.
 */
import { WebSocket } from 'ws';
import { type AppObject, apiNames } from './app-objects.ts';
import { defer } from './deferred.ts';
import type { LoginFields } from './digest.ts';
import { offerLogin } from './login.ts';
import type { Message } from './messages.ts';
import type { PbxNode, Session } from './node.ts';
import { openSession } from './session.ts';
import { MAX_MESSAGE_BYTES } from './wire.ts';

/** How to dial. */
export interface DialOptions {
  /** Name of the App object; the first one by default. */
  app?: string;
  /** Dial again this long after a loss; without it the PBX dials once. */
  redialMs?: number;
  /** Send KeepAlive in this interval; without it never (facts §1.8: unknown whether a PBX does). */
  keepAliveMs?: number;
  /** Service licences, sent in `info` (facts §1.6). */
  lics?: number;
  /** A private CA for wss. */
  ca?: string;
}

/** One dialled app service. */
export interface Dialled {
  /** The WebSocket URL, made from the URL of the App object. */
  readonly url: string;
  /** The first login; rejects when the first connection ends without one. */
  readonly loggedIn: Promise<void>;
  /** What the service answered to AppInfo. */
  readonly appInfo: Promise<Message>;
  connected(): boolean;
  stop(): void;
}

/**
 * The address an App object's URL leads to: http becomes ws, the last path component goes, and names
 * the `app` (without `.htm`). A ws URL is dialled as it stands.
 */
export function dialAddress(appUrl: string): { url: string; app: string | undefined } {
  const url = new URL(appUrl);
  if (url.protocol.startsWith('ws')) return { url: url.href, app: undefined };
  const parts = url.pathname.split('/');
  const last = parts.pop() ?? '';
  const scheme = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    url: `${scheme}//${url.host}${parts.join('/') || '/'}`,
    app: last.replace(/\.htm$/, ''),
  };
}

/** Dials, and goes on dialling if told so, until stopped. */
export function dialOut(
  node: PbxNode,
  app: AppObject,
  appUrl: string,
  options: DialOptions,
): Dialled {
  const address = dialAddress(appUrl);
  const loggedIn = defer<void>();
  const appInfo = defer<Message>();
  // Whoever does not await them must not be ended by them.
  loggedIn.promise.catch(() => {});
  appInfo.promise.catch(() => {});
  let stopped = false;
  let socket: WebSocket | undefined;
  let session: Session | undefined;
  let timer: NodeJS.Timeout | undefined;

  function dial(): void {
    if (stopped) return;
    if (node.down) {
      again();
      return;
    }
    socket = new WebSocket(address.url, {
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      ...(options.ca ? { ca: options.ca } : {}),
    });
    const dialled = socket;
    dialled.once('error', (error) => loggedIn.reject(error));
    dialled.once('close', () => {
      session = undefined;
      loggedIn.reject(new Error('closed before the login'));
      again();
    });
    dialled.once('open', () => {
      if (node.down) return dialled.terminate();
      session = openSession(node, dialled, {
        direction: 'out',
        login: offerLogin(app, loginFields(node, app, address.app, appUrl, options.lics), [
          pbxInfo(node, app),
          { mt: 'AppInfo', app: address.app ?? app.h323 },
        ]),
        onBase(message) {
          if (message.mt === 'AppInfoResult') appInfo.resolve(message);
          return message.mt === 'AppInfoResult';
        },
        onLoggedIn: () => loggedIn.resolve(),
      });
      const { keepAliveMs } = options;
      if (keepAliveMs === undefined) return;
      const beat = setInterval(() => dialled.send('{"mt":"KeepAlive"}'), keepAliveMs);
      dialled.once('close', () => clearInterval(beat));
    });
  }

  function again(): void {
    if (!stopped && options.redialMs !== undefined) timer = setTimeout(dial, options.redialMs);
  }

  dial();
  return {
    url: address.url,
    loggedIn: loggedIn.promise,
    appInfo: appInfo.promise,
    connected: () => session?.app() !== undefined,
    stop() {
      stopped = true;
      clearTimeout(timer);
      appInfo.reject(new Error('stopped'));
      socket?.terminate();
    },
  };
}

function loginFields(
  node: PbxNode,
  app: AppObject,
  name: string | undefined,
  appurl: string,
  lics: number | undefined,
): LoginFields {
  return {
    app: name ?? app.h323,
    domain: node.domain,
    sip: app.h323,
    guid: app.guid,
    dn: app.cn,
    info: {
      appobj: app.h323,
      appdn: app.cn,
      appurl,
      pbx: node.name,
      cn: app.cn,
      // Always true for apps innovaphone sells no licence for (facts §1.6).
      unlicensed: true,
      ...(lics === undefined ? {} : { lics }),
      apps: [],
    },
  };
}

function pbxInfo(node: PbxNode, app: AppObject): Message {
  return {
    mt: 'PbxInfo',
    domain: node.domain,
    pbx: node.name,
    pbxDns: node.dns,
    apis: app.apis.map((flag) => apiNames[flag]),
    version: '14r2',
    build: '145000',
  };
}
