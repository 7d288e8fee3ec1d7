// A peer of a PBX that remembers all it is told, for tests of the agent's PBX side.
import { expect } from 'vitest';
import { type Clock, systemClock } from '../../agent/clock.ts';
import type { PbxConversation, PbxDeps, PbxEars } from '../../agent/pbx/connect.ts';
import type { Ended } from '../../agent/supervise.ts';
import type { PbxFault, PbxItem, PbxUser } from '../../shared/protocol/up.ts';
import { fakeLog } from '../agent/fake-log.ts';
import type { Pbx } from '../sim/pbx/server.ts';

/** Starts one connection with these ears. */
export type OpenPeer = (ears: PbxEars, deps: PbxDeps, signal: AbortSignal) => Promise<Ended>;

export function recordPeer(pbx: Pbx, open: OpenPeer, clock: Clock = systemClock) {
  const stop = new AbortController();
  const { log, lines } = fakeLog();
  const heard: string[] = [];
  const items = new Map<string, PbxItem[]>();
  let users: PbxUser[] | undefined;
  let lacks: ReadonlyMap<string, string> = new Map();
  let conversation: PbxConversation | undefined;
  const ears: PbxEars = {
    up(system, opened) {
      conversation = opened;
      heard.push(`up ${system.name} ${system.domain}`);
    },
    list(all, lacking) {
      users = all;
      lacks = lacking;
      heard.push(`list ${all.length}`);
    },
    user: ({ h323 }, lacking) => heard.push(`user ${h323}${lacking ? ` lacks ${lacking}` : ''}`),
    gone: (guid) => heard.push(`gone ${guid}`),
    items(guid, list) {
      items.set(guid, list);
      heard.push(`items ${guid} ${list.map(({ activity }) => activity)}`);
    },
    noItems: (guid) => heard.push(`no items ${guid}`),
    refused: (guid, isRefused) => {
      if (isRefused) heard.push(`refused ${guid}`);
    },
    unseen: (who) => heard.push(`unseen ${who}`),
    licences: (who, fault) => heard.push(`unlicensed ${who}${fault ? ` ${fault.code}` : ''}`),
  };
  const ended = open(ears, { clock, log }, stop.signal);
  return {
    ...{ heard, items, ended, lines, stop },
    users: () => users ?? [],
    lacks: (h323: string) => lacks.get(pbx.user(h323).guid),
    guid: (h323: string) => pbx.user(h323).guid,
    /** The conversation, once the directory is read. */
    async ready(): Promise<PbxConversation> {
      await expect
        .poll(() => users !== undefined && conversation !== undefined, { timeout: 20_000 })
        .toBe(true);
      return conversation as PbxConversation;
    },
    watch: (h323: string, licence?: string) =>
      conversation?.watch(pbx.user(h323).guid, h323, licence),
    async set(h323: string, activity: string): Promise<PbxFault | undefined> {
      const write = { guid: pbx.user(h323).guid, contact: 'tel:', activity };
      return new Promise((resolve) => conversation?.set(write, resolve));
    },
    async end(): Promise<void> {
      stop.abort();
      await ended;
    },
  };
}

export type RecordedPeer = ReturnType<typeof recordPeer>;
