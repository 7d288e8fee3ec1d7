// The agent's end of the tunnel: one connection, from dialling to its end. Knows frames and heartbeat;
// what the frames mean is the relay's, when to dial again the supervisor's.
import { AGENT_PROOF_LIFETIME_S, TUNNEL_SUBPROTOCOL } from '../../shared/agent-auth.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import { type DownFrame, downFrame } from '../../shared/protocol/down.ts';
import {
  MAX_FRAME_LENGTH,
  PING,
  PING_EVERY_MS,
  PONG,
  parseFrame,
  SILENCE_LIMIT_MS,
} from '../../shared/protocol/frame.ts';
import { helloFrame, type UpFrame } from '../../shared/protocol/up.ts';
import type { Clock } from '../clock.ts';
import type { EdgeUrl } from '../edge-url.ts';
import type { Identity } from '../identity.ts';
import { type Line, openLine } from '../line.ts';
import type { Log } from '../log.ts';
import { askBy } from '../outward/ask.ts';
import { routeTo } from '../outward/route.ts';
import type { WayOut } from '../outward/way-out.ts';
import { watchSilence } from '../silence.ts';
import type { Ended } from '../supervise.ts';
import type { EdgeClock } from './edge-clock.ts';
import {
  badFrame,
  hung,
  notEnrolled,
  noWelcome,
  overflow,
  silent,
  stopped,
  tunnelClosed,
  tunnelNotOpened,
  unsupportedVersion,
} from './endings.ts';
import { overtaken, QUESTION_MS } from './hanging-dial.ts';
import { askSelf, authorization } from './self.ts';

export type Welcome = Extract<DownFrame, { t: 'welcome' }>;

export interface TunnelEars {
  /** The edge welcomed us; frames may be sent from now on. */
  up(send: (frame: UpFrame) => void, welcome: Welcome): void;
  said(frame: DownFrame): void;
  /** Once after `up`, whatever ended it. */
  down(): void;
}

export interface TunnelTarget {
  readonly edge: EdgeUrl;
  readonly identity: Identity;
  /** What the first frame tells about us. */
  readonly hello: Parameters<typeof helloFrame>[0];
}

export interface TunnelDeps {
  readonly clock: Clock;
  readonly edgeClock: EdgeClock;
  readonly way: WayOut;
  readonly log: Log;
}

const DIAL_TIMEOUT_MS = 15_000;
const WELCOME_TIMEOUT_MS = 10_000;
/**
 * More unsent bytes than this mean that the line does not keep up. A snapshot of 50,000 users is
 * about half of it, so that a snapshot alone never trips it.
 */
export const SEND_LIMIT_BYTES = 32 * 1_048_576;

/** Dials, works, and answers why it ended. Never rejects. */
export async function connectOnce(
  target: TunnelTarget,
  ears: TunnelEars,
  deps: TunnelDeps,
  signal: AbortSignal,
): Promise<Ended> {
  const { edge } = target;
  const { clock, edgeClock, way } = deps;
  const url = `${edge.href}/tunnel`;
  const caller = { ...target, ask: askBy(way), edgeClock };
  const proof = await authorization(caller).catch(() => undefined);
  if (proof === undefined) return notEnrolled('The stored key cannot be used.');
  const routed = routeTo(url, way);
  if (!routed.ok) return tunnelNotOpened(url, routed.failure, clock.now());

  const over = new AbortController();
  const hangs = new AbortController();
  const dialling = AbortSignal.any([signal, over.signal]);
  void overtaken((stop) => askSelf(caller, QUESTION_MS, stop), clock, dialling).then(() => {
    if (!dialling.aborted) hangs.abort();
  });
  const dialled = await openLine(
    url.replace(/^http/, 'ws'),
    {
      headers: { authorization: proof },
      protocol: TUNNEL_SUBPROTOCOL,
      // A character is up to three bytes of UTF-8; surrogate pairs are four for two.
      maxMessageBytes: MAX_FRAME_LENGTH * 3,
      timeoutMs: Math.min(DIAL_TIMEOUT_MS, AGENT_PROOF_LIFETIME_S * 1000),
      route: routed.route,
    },
    AbortSignal.any([signal, hangs.signal]),
  );
  over.abort();
  if (dialled.ok) return converse(dialled.line, target, ears, deps, signal);
  if (hangs.signal.aborted && !signal.aborted) return hung();
  const ended = tunnelNotOpened(url, dialled.failure, clock.now());
  if (ended.code === 'clock' && dialled.failure.kind === 'http') {
    edgeClock.learn(dialled.failure.serverNow ?? clock.now());
  }
  return ended;
}

function converse(
  line: Line,
  target: TunnelTarget,
  ears: TunnelEars,
  { clock, log }: Pick<TunnelDeps, 'clock' | 'log'>,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve) => {
    let phase: 'hello' | 'up' | 'over' = 'hello';
    let lastWaiting = 0;
    const say = (text: string) => {
      if (phase === 'over') return;
      if (line.waitingBytes > SEND_LIMIT_BYTES) return finish(overflow(line.waitingBytes));
      line.send(text);
    };
    const send = (frame: UpFrame) => {
      const text = JSON.stringify(frame);
      log.debug(`> ${text}`);
      say(text);
    };
    const finish = (ended: Ended, code = 1000) => {
      if (phase === 'over') return;
      const wasUp = phase === 'up';
      phase = 'over';
      silence.stop();
      cancelPing();
      cancelWelcome();
      signal.removeEventListener('abort', stop);
      // A line that does not carry anything carries no goodbye either.
      if (ended.code === 'overflow' || ended.code === 'silent') line.cut();
      else line.close(code, '');
      // First: whatever the ears do, it is dialled again.
      resolve(ended);
      if (wasUp) ears.down();
    };
    const stop = () => finish(stopped());
    const silence = watchSilence(clock, [
      { afterMs: SILENCE_LIMIT_MS, act: () => finish(silent(SILENCE_LIMIT_MS)) },
    ]);
    const cancelWelcome = clock.after(WELCOME_TIMEOUT_MS, () =>
      finish(noWelcome(WELCOME_TIMEOUT_MS)),
    );
    let cancelPing = () => {};
    function ping() {
      say(PING);
      if (phase !== 'over') cancelPing = clock.after(PING_EVERY_MS, lookAndPing);
    }
    // By the clock only: what was said in the same breath, as `hello` before the first ping, always waits.
    function lookAndPing() {
      // Behind a large snapshot the pong is late; that the line takes bytes shows that it lives.
      if (line.waitingBytes < lastWaiting) silence.heard();
      lastWaiting = line.waitingBytes;
      ping();
    }

    const hear = (text: string) => {
      if (phase === 'over' || text === PONG) return;
      log.debug(`< ${text}`);
      const parsed = parseFrame(downFrame(), text);
      if (!parsed.ok) {
        if (parsed.error.kind === 'unsupported-version') {
          return finish(unsupportedVersion(), CLOSE.unsupportedVersion);
        }
        const { kind } = parsed.error;
        return finish(badFrame(kind === 'invalid' ? parsed.error.detail : kind), CLOSE.badFrame);
      }
      const { frame } = parsed;
      if (phase === 'up') return ears.said(frame);
      if (frame.t !== 'welcome')
        return finish(badFrame(`"${frame.t}" before "welcome"`), CLOSE.badFrame);
      phase = 'up';
      cancelWelcome();
      ears.up(send, frame);
    };

    line.listen({
      alive: () => silence.heard(),
      text: hear,
      closed: (code, reason) => finish(tunnelClosed(code, reason)),
    });
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    send(helloFrame(target.hello));
    // At once, so that the edge knows from the beginning when we were last heard.
    ping();
  });
}
