// What the PBX calls itself. A PBX that dialled us says so by itself; one that we dialled does not
// (mode B has no PbxInfo), so PbxAdminApi is asked. Without that API everything but addresses of the
// form <h323>@<system name> still works.
import { monitorConfigInfo, monitorConfigRequest, type PbxMessage } from './messages.ts';
import { appInfoRequest, appInfoResult, pbxInfo } from './service-messages.ts';
import type { Session } from './session.ts';

export interface PbxSystem {
  /** PBX name. */
  readonly name?: string;
  /** System name; domain of the users' own addresses. */
  readonly domain?: string;
}

const SRC = 'system';
const WAIT_MS = 5_000;
/** PbxInfo comes right after the login, if it comes. */
const GREETING_MS = 2_000;

/** What a PBX that dialled us says first. */
export interface Greeting {
  readonly system: PbxSystem;
  /** Boxes ticked at the App object, where it told them. */
  readonly apis?: readonly string[];
}

/**
 * Waits for PbxInfo, and answers AppInfo whenever it is asked. To be called before the session runs:
 * both may be there already. `undefined`: no PbxInfo within 2 s, or the session ended.
 */
export function greeted(session: Session): Promise<Greeting | undefined> {
  session.route('AppInfo', (message) => {
    session.tell(appInfoResult(appInfoRequest.safeParse(message).data?.app));
  });
  return new Promise((resolve) => {
    // Whoever waits in a session that has ended is told at once.
    let cancel = () => {};
    const settle = (greeting: Greeting | undefined) => {
      cancel();
      session.unroute('PbxInfo');
      resolve(greeting);
    };
    cancel = session.within(GREETING_MS, () => settle(undefined));
    session.route('PbxInfo', (message) => {
      const { pbx, domain, apis } = pbxInfo.safeParse(message).data ?? {};
      settle({ system: named(pbx, domain), ...(apis ? { apis } : {}) });
    });
  });
}

const named = (name: string | undefined, domain: string | undefined): PbxSystem => ({
  ...(name ? { name } : {}),
  ...(domain ? { domain } : {}),
});

/**
 * Asks once; `undefined` when PbxAdminApi is not ticked at the App object or does not answer in
 * time. The description names the answer MonitorConfigInfo, by rule a Result may come before it.
 */
export function askSystem(session: Session): Promise<PbxSystem | undefined> {
  return new Promise((resolve) => {
    let cancel = () => {};
    const settle = (system: PbxSystem | undefined) => {
      cancel();
      session.unroute(SRC);
      resolve(system);
    };
    const read = (message: PbxMessage) => {
      const { pbx, domain } = monitorConfigInfo.safeParse(message).data ?? {};
      if (pbx || domain) settle(named(pbx, domain));
      else if (message['error'] !== undefined) settle(undefined);
    };
    cancel = session.within(WAIT_MS, () => settle(undefined));
    session.route(SRC, read);
    session.ask(monitorConfigRequest(SRC), WAIT_MS, (answer) => {
      if (answer.ok) read(answer.message);
      else settle(undefined);
    });
  });
}
