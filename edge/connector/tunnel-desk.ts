// What the agents say, and what they are told to watch. Only the leading agent counts.
import type { PbxGuid } from '../../shared/ids.ts';
import { pbxGuid } from '../../shared/ids.ts';
import { CLOSE, type CloseCode } from '../../shared/protocol/close-codes.ts';
import { unwatchFrame, watchFrame, watchMoreFrame } from '../../shared/protocol/down.ts';
import { type FrameError, parseFrame, parts } from '../../shared/protocol/frame.ts';
import { type UpFrame, upFrame } from '../../shared/protocol/up.ts';
import type { Agents } from './agents.ts';
import type { Context, Waiting } from './context.ts';
import type { HeldBack } from './held-back.ts';
import type { ListNews, PbxDirectory } from './pbx-directory.ts';
import type { PresenceDesk } from './presence-desk.ts';
import type { RefusedActivities } from './refused-activities.ts';
import type { Rights } from './rights.ts';
import type { Pairs } from './store/pairs.ts';
import type { PbxLine } from './words.ts';

export interface TunnelParts {
  context: Context;
  agents: Agents;
  pairs: Pairs;
  directory: PbxDirectory;
  presence: PresenceDesk;
  refused: RefusedActivities;
  rights: Rights;
  /** The licence that users need on the PBX; `undefined`: none. */
  licence: () => string | undefined;
  /** Who fits somebody in Teams is watched for whether they have it by now. */
  heldBack: HeldBack;
  /** Other users have a licence now. */
  licencesTold(): void;
  /** A list of users came: who belongs to whom may have to be looked at again. */
  listTold(news: ListNews): void;
  /** All users of a PBX are known. */
  listEnded(): void;
  /** Whether something of ours has to go first from a user of whom the PBX tells; it is told so. */
  takesBack(guid: PbxGuid): boolean;
  /** A PBX session came up. */
  lineUp(): void;
  /** An agent leads from now on. */
  led(): void;
  /** The PBX answered a write. `undefined`: nothing was to be taken back by it; else whether nothing more is. */
  answered(guid: PbxGuid, write: number, fault: string | undefined): boolean | undefined;
}

/**
 * What could not be taken of a user is asked for again after this long, in ms: before an object that nobody needs is
 * put away, after 10 s, and forgets whom to ask for.
 */
const ASK_AGAIN_MS = 5_000;
/** And after this, in ms, where it can be: many at once. */
const ASK_SOON_MS = 100;

export class TunnelDesk implements Waiting {
  readonly #parts: TunnelParts;
  /** Users of whom something was told that could not be taken. */
  readonly #missed = new Map<PbxGuid, { at: number; anew: boolean }>();

  constructor(parts: TunnelParts) {
    this.#parts = parts;
  }

  /** Takes a frame of an agent. What no schema accepts ends the connection, with the reason. */
  take(socket: WebSocket, text: string | ArrayBuffer): void {
    const { agents, context } = this.#parts;
    if (!agents.hears(socket, context.now())) return;
    if (typeof text !== 'string') {
      this.#hangUp(socket, CLOSE.badFrame, { kind: 'invalid', detail: 'not text' });
      return;
    }
    const parsed = parseFrame(upFrame(), text);
    if (!parsed.ok) {
      const { kind } = parsed.error;
      const isOther = kind === 'unsupported-version';
      this.#hangUp(socket, isOther ? CLOSE.unsupportedVersion : CLOSE.badFrame, parsed.error);
      return;
    }
    const { frame } = parsed;
    if ((frame.t === 'hello') === agents.introduced(socket)) {
      const detail = frame.t === 'hello' ? 'a second hello' : `"${frame.t}" before hello`;
      this.#hangUp(socket, CLOSE.badFrame, { kind: 'invalid', detail });
      return;
    }
    try {
      this.#heed(socket, frame);
    } catch (error) {
      // It comes back with a snapshot, which repairs what this frame left undone.
      context.log('error', 'tunnel-frame-failed', { frame: frame.t, detail: String(error) });
      socket.close(1011, 'A fault of the edge.');
      this.ended(socket);
    }
  }

  /** A tunnel ended, or we ended it. */
  ended(socket: WebSocket): void {
    const { agents, context } = this.#parts;
    if (agents.closed(socket, context.now())) this.#led();
  }

  /** Agents that are gone without a word; whoever stands by takes over. */
  missSilent(): void {
    const { agents, context } = this.#parts;
    for (const socket of agents.dropSilent(context.now())) this.ended(socket);
  }

  #hangUp(socket: WebSocket, code: CloseCode, error: FrameError): void {
    this.#parts.context.log('warn', 'tunnel-frame-refused', { kind: error.kind });
    socket.close(code, reasonOf(error));
    // Who hangs on although we hung up must not keep the others from leading.
    this.ended(socket);
  }

  #heed(socket: WebSocket, frame: UpFrame): void {
    const { agents, context } = this.#parts;
    if (frame.t === 'hello') {
      agents.welcome(socket, frame.agent.version, context.now());
      const isNews = this.#parts.rights.configured(agents.idOf(socket), frame.pbxs);
      if (isNews) this.#parts.licencesTold();
      this.#led();
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

  /** What is to be taken back goes first: a user may be watched for somebody else by now. */
  #led(): void {
    this.#parts.presence.gap();
    this.#parts.led();
    this.tellWatchList();
  }

  #heedLeader(frame: Exclude<UpFrame, { t: 'hello' }>): void {
    const { directory, presence, context } = this.#parts;
    switch (frame.t) {
      case 'pbx': {
        const line = this.#parts.agents.lines()[frame.pbx];
        if (line?.state !== 'up') return;
        presence.gap(frame.pbx);
        this.#parts.rights.forgetUnseen(frame.pbx);
        this.#parts.refused.forget(frame.pbx);
        this.#parts.lineUp();
        return;
      }
      case 'users':
        this.#parts.listTold(directory.takeList(frame));
        if (frame.last) this.#parts.listEnded();
        return;
      case 'user':
        this.#parts.listTold(directory.putUser(frame.pbx, frame.user));
        return;
      case 'user-gone':
        this.#parts.listTold(directory.removeUser(frame.pbx, pbxGuid(frame.guid)));
        return;
      case 'presences':
        for (const entry of frame.presences) this.#presence(frame.pbx, entry);
        return;
      case 'wrote': {
        const guid = pbxGuid(frame.guid);
        const { write, fault } = frame;
        if (fault) context.log('warn', 'pbx-write-refused', { code: fault.code });
        const isGone = this.#parts.answered(guid, write, fault?.code);
        const pair = presence.ofPbx(guid);
        if (!pair) return;
        if (isGone === undefined) {
          presence.apply(pair, { kind: 'pbx-wrote', write, fault: fault?.code });
        } else if (isGone) this.#missing(guid, { inMs: ASK_SOON_MS, anew: true });
        return;
      }
      case 'unseen':
        if (this.#hasLine(frame.pbx)) this.#parts.rights.takeUnseen(frame);
        return;
      case 'unlicensed':
        if (!this.#hasLine(frame.pbx)) return;
        if (this.#parts.rights.takeUnlicensed(frame)) this.#parts.licencesTold();
    }
  }

  /** What is wrong with one user is nobody else's business. */
  #presence(
    pbx: string,
    { guid, items, ...gap }: Extract<UpFrame, { t: 'presences' }>['presences'][number],
  ): void {
    const { presence, pairs, context } = this.#parts;
    try {
      const pair = presence.ofPbx(pbxGuid(guid));
      if (!pair) return;
      if (this.#parts.takesBack(pair.guid)) {
        this.#missing(pair.guid, { inMs: ASK_AGAIN_MS });
        return;
      }
      if (pair.home !== pbx) {
        pair.home = pbx;
        pairs.save(pair);
      }
      const at = context.now();
      presence.apply(pair, { kind: 'pbx-seen', items, ...gap, at });
    } catch (error) {
      context.log('error', 'presence-failed', { detail: String(error) });
      this.#missing(pbxGuid(guid), { inMs: ASK_AGAIN_MS });
    }
  }

  /** What is told of this user is to be told again, in so many ms. @param anew the PBX itself is to be asked */
  #missing(guid: PbxGuid, { inMs, anew = false }: { inMs: number; anew?: boolean }): void {
    const { context } = this.#parts;
    const at = context.now() + inMs;
    this.#missed.set(guid, { at, anew });
    context.wakeBy(at);
  }

  get waitsUntil(): number | null {
    if (this.#missed.size === 0) return null;
    return Math.min(...[...this.#missed.values()].map(({ at }) => at));
  }

  /** Has those told anew of whom something was missed. */
  askAgain(): void {
    const now = this.#parts.context.now();
    const due = [...this.#missed].filter(([, { at }]) => at <= now);
    for (const [guid] of due) this.#missed.delete(guid);
    const still = due.filter(([guid]) => this.#parts.presence.ofPbx(guid));
    // Else the agent says what it knows: a new list would look as if the PBX had forgotten something.
    const anew = still.filter(([, { anew }]) => anew);
    const guidsOf = (some: typeof due) => some.map(([guid]) => guid);
    this.tellPairs(guidsOf(still), guidsOf(anew));
  }

  /** The whole list of users to watch: after each welcome, and when the leader changes. */
  tellWatchList(): void {
    const { agents, pairs, context } = this.#parts;
    const { heldBack, licence: required } = this.#parts;
    const all = new Set([...pairs.ids().map(({ guid }) => guid), ...heldBack.matched()]);
    const lists = parts([...all]);
    const { epoch } = agents;
    const name = required();
    const licence = name === undefined ? {} : { licence: name };
    const list = context.now();
    lists.forEach((guids, index) => {
      const last = index === lists.length - 1;
      agents.send(watchFrame({ epoch, list, last, guids, ...licence }));
    });
  }

  /** Pairs came or went. */
  tellPairs(added: readonly PbxGuid[], removed: readonly PbxGuid[]): void {
    const { agents } = this.#parts;
    const { epoch } = agents;
    // A guid may have moved from one Teams user to another: let go first.
    if (removed.length > 0) {
      for (const guids of parts(removed)) agents.send(unwatchFrame({ epoch, guids }));
    }
    if (added.length > 0) {
      for (const guids of parts(added)) agents.send(watchMoreFrame({ epoch, guids }));
    }
  }

  #hasLine(pbx: string): boolean {
    return Object.hasOwn(this.#parts.agents.lines(), pbx);
  }
}

function reasonOf(error: FrameError): string {
  const reason = error.kind === 'invalid' ? `invalid frame: ${error.detail}` : error.kind;
  return shortened(reason);
}

/** A close reason has room for 123 bytes of UTF-8. */
function shortened(text: string): string {
  const ascii = text.replace(/[^\x20-\x7e]/g, '?');
  return ascii.slice(0, 120);
}
