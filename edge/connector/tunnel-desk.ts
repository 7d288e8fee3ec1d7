// What the agents say, and what they are told to watch. Only the leading agent counts.
import { pbxGuid } from '../../shared/ids.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import { unwatchFrame, watchFrame, watchMoreFrame } from '../../shared/protocol/down.ts';
import { type FrameError, parseFrame, parts } from '../../shared/protocol/frame.ts';
import { type UpFrame, upFrame } from '../../shared/protocol/up.ts';
import type { Agents, PbxLine } from './agents.ts';
import type { Context } from './context.ts';
import type { DirectoryDesk } from './directory-desk.ts';
import type { PresenceDesk } from './presence-desk.ts';
import type { Pair, Pairs } from './store/pairs.ts';

export interface TunnelParts {
  context: Context;
  agents: Agents;
  pairs: Pairs;
  directory: DirectoryDesk;
  presence: PresenceDesk;
  /** A directory changed: who belongs to whom has to be looked at again. */
  directoryChanged(): void;
  /** A PBX session came up. */
  lineUp(pbx: string, line: PbxLine): void;
}

export class TunnelDesk {
  readonly #parts: TunnelParts;

  constructor(parts: TunnelParts) {
    this.#parts = parts;
  }

  /** Takes a frame of an agent. What no schema accepts ends the connection, with the reason. */
  take(socket: WebSocket, text: string): void {
    const parsed = parseFrame(upFrame, text);
    if (!parsed.ok) {
      const code =
        parsed.error.kind === 'unsupported-version' ? CLOSE.unsupportedVersion : CLOSE.badFrame;
      this.#parts.context.log('warn', 'tunnel-frame-refused', { kind: parsed.error.kind });
      socket.close(code, reasonOf(parsed.error));
      return;
    }
    this.#heed(socket, parsed.frame);
  }

  #heed(socket: WebSocket, frame: UpFrame): void {
    const { agents, context } = this.#parts;
    if (frame.t === 'hello') {
      agents.welcome(socket, frame.agent.version, context.now());
      this.tellWatchList();
      return;
    }
    if (frame.t === 'pbx') {
      const line: PbxLine =
        frame.state.state === 'up'
          ? { state: 'up', name: frame.state.name ?? null, domain: frame.state.domain ?? null }
          : { state: 'down', fault: frame.state.fault };
      agents.noteLine(socket, frame.pbx, line);
    }
    if (agents.leads(socket)) this.#heedLeader(frame);
  }

  #heedLeader(frame: Exclude<UpFrame, { t: 'hello' }>): void {
    const { directory, presence, context } = this.#parts;
    switch (frame.t) {
      case 'pbx': {
        const line = this.#parts.agents.lines()[frame.pbx];
        if (line?.state === 'up') this.#parts.lineUp(frame.pbx, line);
        return;
      }
      case 'users':
        if (directory.takeList(frame)) this.#parts.directoryChanged();
        return;
      case 'user':
        if (directory.putPbxUser(frame.pbx, frame.user)) this.#parts.directoryChanged();
        return;
      case 'user-gone':
        if (directory.removePbxUser(pbxGuid(frame.guid))) this.#parts.directoryChanged();
        return;
      case 'presences':
        for (const { guid, items, afterGap } of frame.presences) {
          const pair = presence.ofPbx(pbxGuid(guid));
          if (pair) presence.apply(pair, { kind: 'pbx-seen', items, afterGap, at: context.now() });
        }
        return;
      case 'wrote': {
        const pair = presence.ofPbx(pbxGuid(frame.guid));
        const { write, fault } = frame;
        if (fault) context.log('warn', 'pbx-write-refused', { code: fault.code });
        if (pair) presence.apply(pair, { kind: 'pbx-wrote', write, fault: fault?.code });
        return;
      }
      case 'unseen':
        context.database.write(`unseen:${frame.pbx}`, frame.guids);
    }
  }

  /** The whole list of users to watch: after each welcome, and when the leader changes. */
  tellWatchList(): void {
    const { agents, pairs, context } = this.#parts;
    const lists = parts(pairs.ids().map(({ guid }) => guid));
    const { epoch } = agents;
    const list = context.now();
    lists.forEach((guids, index) => {
      agents.send(watchFrame({ epoch, list, last: index === lists.length - 1, guids }));
    });
  }

  /** Pairs came or went. */
  tellPairs(added: readonly Pair[], removed: readonly Pair[]): void {
    const { agents } = this.#parts;
    const { epoch } = agents;
    const guidsOf = (pairs: readonly Pair[]) => parts(pairs.map(({ guid }) => guid));
    // A guid may have moved from one Teams user to another: let go first.
    if (removed.length > 0) {
      for (const guids of guidsOf(removed)) agents.send(unwatchFrame({ epoch, guids }));
    }
    if (added.length > 0) {
      for (const guids of guidsOf(added)) agents.send(watchMoreFrame({ epoch, guids }));
    }
  }

  /** Users whose presence the App object may not see. */
  unseen(): string[] {
    return this.#parts.context.database
      .all<{ value: string }>("SELECT value FROM meta WHERE key LIKE 'unseen:%'")
      .flatMap((row) => JSON.parse(row.value) as string[]);
  }
}

function reasonOf(error: FrameError): string {
  const reason = error.kind === 'invalid' ? `invalid frame: ${error.detail}` : error.kind;
  // A close reason has room for 123 bytes.
  return reason.slice(0, 100);
}
