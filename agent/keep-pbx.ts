// Keeps the session of one PBX up, whoever dials: we, where there is a `url`, and the PBX itself, where
// the agent listens. Both ways lead to the same session; the newest one counts.
import { PBX_BACKOFF } from '../shared/backoff.ts';
import { type Clock, sleep } from './clock.ts';
import { addressOf, answered } from './knock.ts';
import type { Log } from './log.ts';
import type { AwaitedPbx } from './pbx/admission.ts';
import { awaitOnce, connectOnce, type PbxTarget } from './pbx/connect.ts';
import type { Listening } from './pbx/listen.ts';
import type { Relay } from './relay/relay.ts';
import { type Ended, supervise } from './supervise.ts';
import type { TrackedPart, Tracker } from './tracker.ts';

export interface KeptPbx {
  readonly pbx: AwaitedPbx;
  /** Where we dial it. */
  readonly target: PbxTarget | undefined;
  /** Where it dials us. */
  readonly listening: Listening | undefined;
}

export interface KeepDeps {
  readonly clock: Clock;
  random(): number;
  readonly log: Log;
  readonly tracker: Pick<Tracker, 'users'>;
}

/** An App object may be locked by too many wrong passwords. In ms. */
const SLOW_MS = 32_000;
/** As the vendor's library does it: after each session of use the pauses begin anew at 1 s. */
export const PBX_STABLE_MS = 0;
/** Trying a certificate again costs nobody anything; the admin has just put it right. In ms. */
const TLS_AGAIN_MS = 3_000;

/** Runs until the signal says stop. */
export function keepPbx(
  { pbx, target, listening }: KeptPbx,
  part: TrackedPart,
  relay: Relay,
  { clock, random, log: allLog, tracker }: KeepDeps,
  signal: AbortSignal,
): Promise<Ended | undefined> {
  const log = allLog.about(`PBX ${pbx.name}`);
  const ears = relay.earsOf(pbx.name);
  const post = listening?.post(pbx.name);
  const url = `ws(s)://<this machine>:${listening?.port}/${pbx.credentials.app}`;
  const awaited = post && { ...pbx, post, url };
  return supervise(
    {
      backoff: PBX_BACKOFF,
      stableMs: PBX_STABLE_MS,
      slowMs: SLOW_MS,
      connectOnce(up, stop) {
        const heard: typeof ears = {
          ...ears,
          up(system, conversation) {
            up();
            ears.up(system, conversation);
          },
          list(users, lacking) {
            tracker.users.set(pbx.name, users.length);
            ears.list(users, lacking);
          },
        };
        const deps = { clock, log };
        if (awaited && (awaited.post.isWaiting || !target)) {
          return awaitOnce(awaited, heard, deps, stop);
        }
        if (!target) throw new Error(`PBX ${pbx.name} can be reached in no way`);
        return connectOnce(target, heard, deps, stop, post);
      },
      onUp: () => part.up(),
      onDown(ended) {
        part.down(ended);
        relay.pbxDown(pbx.name, ended);
      },
      wake(ended, stop) {
        const wakes = [
          ...(post ? [post.arrived(stop)] : []),
          ...(target ? dialAgain(target, ended, stop) : []),
        ];
        return wakes.length > 0 ? Promise.race(wakes) : undefined;
      },
    },
    { clock, random, log },
    signal,
  );

  function dialAgain({ address }: PbxTarget, { code }: Ended, stop: AbortSignal) {
    if (code === 'unreachable') return [answered(addressOf(address.url), { clock, random }, stop)];
    return code === 'tls' ? [sleep(clock, TLS_AGAIN_MS, stop)] : [];
  }
}
