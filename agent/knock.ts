// Notices that an address which could not be reached can be reached again, sooner than a back-off
// would: a TCP connection costs the other side next to nothing, and is not taken for a try.
import { connect } from 'node:net';
import { type Clock, sleep } from './clock.ts';

/** Between two knocks, in ms, ± a quarter: whoever waits for the same address does not come at once. */
const EVERY_MS = 1_600;
/** How long a knock may take, in ms. */
const ANSWER_MS = 1_000;

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a URL leads: host, and port also where the scheme says it. */
export function addressOf(url: string): Address {
  const { hostname, port, protocol } = new URL(url);
  const usual = protocol === 'https:' || protocol === 'wss:' ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? usual : Number(port) };
}

/** Settles when somebody answers at the address, or the signal says stop. */
export async function answered(
  address: Address,
  { clock, random }: { clock: Clock; random(): number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await sleep(clock, EVERY_MS * (0.75 + random() / 2), signal);
    if (signal.aborted || (await answers(address))) return;
  }
}

/** Whether a TCP connection comes about. */
function answers({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_MS });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}
