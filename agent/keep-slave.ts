// Keeps a session to a PBX that nobody configured, because users are registered there: its address is
// asked at the PBX that told of these users, and it is dialled with the same App object and password.
import { PBX_BACKOFF } from '../shared/backoff.ts';
import { type KeepDeps, PBX_STABLE_MS } from './keep-pbx.ts';
import { connectOnce, type PbxTarget } from './pbx/connect.ts';
import { notLocated } from './pbx/faults.ts';
import { urlsOf } from './pbx/location.ts';
import type { Relay } from './relay/relay.ts';
import { supervise } from './supervise.ts';
import type { TrackedPart } from './tracker.ts';

/** Wrong passwords may lock an App object. In ms. */
const SLOW_MS = 32_000;

/** Runs until the signal says stop. @param master who told of users at this PBX */
export function keepSlave(
  name: string,
  master: PbxTarget,
  part: TrackedPart,
  relay: Relay,
  { clock, random, log: allLog, tracker }: KeepDeps,
  signal: AbortSignal,
) {
  const log = allLog.about(`PBX ${name}`);
  const ears = relay.earsOf(name);
  let tries = 0;
  return supervise(
    {
      backoff: PBX_BACKOFF,
      stableMs: PBX_STABLE_MS,
      slowMs: SLOW_MS,
      async connectOnce(up, stop) {
        const found = await relay.locate(master.name, name);
        const urls = found ? urlsOf(found, master.address.url) : [];
        const url = urls[tries % Math.max(1, urls.length)];
        tries += 1;
        if (url === undefined) return notLocated(name, master.name);
        const heard: typeof ears = {
          ...ears,
          up(system, conversation) {
            // The address that led here leads here next time, too.
            tries -= 1;
            up();
            ears.up(system, conversation);
          },
          list(users, lacking) {
            tracker.users.set(name, users.length);
            ears.list(users, lacking);
          },
        };
        const target = { ...master, name, address: { ...master.address, url }, mustBeNamed: true };
        return connectOnce(target, heard, { clock, log }, stop);
      },
      onUp: () => part.up(),
      onDown(ended) {
        part.down(ended);
        relay.pbxDown(name, ended);
      },
    },
    { clock, random, log },
    signal,
  );
}
