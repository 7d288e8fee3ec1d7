// Opens the port where PBXs dial the agent; one that cannot be had is the admin's business.
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';
import type { AwaitedPbx } from './pbx/admission.ts';
import { type ListenAddress, type Listening, listenForPbxs } from './pbx/listen.ts';
import { portRefusal } from './port-refusal.ts';
import { Refusal } from './refusal.ts';

/** A port that is taken or not allowed, and a certificate that does not fit, are a Refusal. */
export async function openListening(
  address: ListenAddress,
  awaited: readonly AwaitedPbx[],
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): Promise<Listening> {
  const about = log.about('listen');
  try {
    const listening = await listenForPbxs(address, awaited, { clock, log: about });
    about.info(`PBXs may connect to ${address.host}:${listening.port}`);
    return listening;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const where = `"listen": ${address.host}:${address.port}`;
    throw (
      portRefusal(where, code) ??
      new Refusal(`${where} cannot be opened, or certificate and key do not fit (${message}).`)
    );
  }
}
