// What the PBX calls itself. In mode B it sends no PbxInfo, so PbxAdminApi is asked; without that
// API everything but addresses of the form <h323>@<system name> still works.
import { monitorConfigInfo, monitorConfigRequest, type PbxMessage } from './messages.ts';
import type { Session } from './session.ts';

export interface PbxSystem {
  /** PBX name. */
  readonly name?: string;
  /** System name; domain of the users' own addresses. */
  readonly domain?: string;
}

const SRC = 'system';
const WAIT_MS = 5_000;

/**
 * Asks once; `undefined` when PbxAdminApi is not ticked at the App object or does not answer in
 * time. The description names the answer MonitorConfigInfo, by rule a Result may come before it.
 */
export function askSystem(session: Session): Promise<PbxSystem | undefined> {
  return new Promise((resolve) => {
    const settle = (system: PbxSystem | undefined) => {
      cancel();
      session.unroute(SRC);
      resolve(system);
    };
    const read = (message: PbxMessage) => {
      const { pbx, domain } = monitorConfigInfo.safeParse(message).data ?? {};
      if (pbx || domain) settle({ ...(pbx ? { name: pbx } : {}), ...(domain ? { domain } : {}) });
      else if (message['error'] !== undefined) settle(undefined);
    };
    const cancel = session.after(WAIT_MS, () => settle(undefined));
    session.route(SRC, read);
    session.ask(monitorConfigRequest(SRC), WAIT_MS, (answer) => {
      if (answer.ok) read(answer.message);
      else settle(undefined);
    });
  });
}
