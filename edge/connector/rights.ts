// What the agent may not see or do for users, as it told last: presence, calls, and who has no licence on
// the PBX where the settings ask for one. Knows no names and draws no conclusions.
import { type PbxGuid, pbxGuid } from '../../shared/ids.ts';
import type { PbxFault, UpFrame } from '../../shared/protocol/up.ts';
import type { Agents } from './agents.ts';
import type { Context } from './context.ts';
import { noteUnmatched } from './store/unmatched.ts';

type Frame<T extends UpFrame['t']> = Extract<UpFrame, { t: T }>;

interface Licences {
  /** Who has none. */
  guids: PbxGuid[];
  /** Why it could not be asked. */
  fault: PbxFault | null;
}

/** PBXs that ever told about licences. */
const TOLD = 'licences-told';
/** Names of the PBXs that each agent is configured with. */
const CONFIGURED = 'configured-pbxs';

export class Rights {
  readonly #context: Context;
  readonly #agents: Agents;
  readonly #changed: (guid: PbxGuid) => void;

  /** @param changed somebody may be seen otherwise than before */
  constructor(context: Context, agents: Agents, changed: (guid: PbxGuid) => void) {
    this.#context = context;
    this.#agents = agents;
    this.#changed = changed;
  }

  /** A session of this PBX begins: what may not be seen in it, it has still to say. */
  forgetUnseen(pbx: string): void {
    this.#take(unseenKey(pbx), []);
    this.#take(noCallsKey(pbx), []);
  }

  takeUnseen({ pbx, guids, noCalls = [] }: Frame<'unseen'>): void {
    this.#take(unseenKey(pbx), guids);
    this.#take(noCallsKey(pbx), noCalls);
  }

  #take(key: string, guids: readonly string[]): void {
    const { database } = this.#context;
    const [before, after] = [new Set(database.read<string[]>(key) ?? []), new Set(guids)];
    if (before.size > 0 || guids.length > 0) database.write(key, guids);
    const others = new Set(
      [...before, ...guids].filter((one) => before.has(one) !== after.has(one)),
    );
    for (const guid of others) this.#changed(pbxGuid(guid));
  }

  /** Says whether the list is another one. */
  takeUnlicensed({ pbx, guids, fault }: Frame<'unlicensed'>): boolean {
    const { database } = this.#context;
    const told = database.read<string[]>(TOLD) ?? [];
    const before = this.#licences(pbx);
    const isNews = JSON.stringify(before.guids) !== JSON.stringify(guids);
    if (isNews) noteUnmatched(database);
    if (!told.includes(pbx)) database.write(TOLD, [...told, pbx]);
    const licences: Licences = { guids: guids.map(pbxGuid), fault: fault ?? null };
    database.write(licencesKey(pbx), licences);
    return isNews;
  }

  /** Users whose presence the App object may not see, on the PBXs that can be heard. */
  unseen(): ReadonlySet<string> {
    return this.#ofLines(unseenKey);
  }

  /** Users whose calls it may not see. */
  noCalls(): ReadonlySet<string> {
    return this.#ofLines(noCallsKey);
  }

  /** Also while no PBX can be heard: nobody gains a licence by an outage. */
  unlicensed(): ReadonlySet<PbxGuid> {
    const told = this.#context.database.read<string[]>(TOLD) ?? [];
    return new Set(told.flatMap((pbx) => this.#licences(pbx).guids));
  }

  /** Why licences cannot be asked at a PBX that can be heard; `null`: they can. */
  licenceFault(): PbxFault | null {
    const lines = Object.keys(this.#agents.lines());
    return lines.map((pbx) => this.#licences(pbx).fault).find((fault) => fault !== null) ?? null;
  }

  /**
   * An agent says which PBXs it is configured with. What a PBX told that no agent has in its configuration any more,
   * or has by another name, holds no longer. Says whether that changes anything.
   */
  configured(agentId: string, names: readonly string[]): boolean {
    const { database } = this.#context;
    const before = database.read<Record<string, string[]>>(CONFIGURED) ?? {};
    const enrolled = this.#agents.list().filter(({ state }) => state !== 'revoked');
    const others = enrolled.flatMap(({ id }) =>
      id !== agentId && Object.hasOwn(before, id) ? [[id, before[id] ?? []] as const] : [],
    );
    const now = Object.fromEntries([...others, [agentId, [...names]]]);
    const known = new Set(Object.values(now).flat());
    const gone = new Set(
      Object.values(before)
        .flat()
        .filter((pbx) => !known.has(pbx)),
    );
    const told = database.read<string[]>(TOLD) ?? [];
    const silenced = told.filter((pbx) => gone.has(pbx));
    // At once, or its next hello would find that it is so already.
    database.transaction(() => {
      if (silenced.length > 0) {
        noteUnmatched(database);
        for (const pbx of silenced) database.forget(licencesKey(pbx));
        database.write(
          TOLD,
          told.filter((pbx) => !gone.has(pbx)),
        );
      }
      database.write(CONFIGURED, now);
    });
    return silenced.length > 0;
  }

  /** Licences are not asked for any more. */
  forgetLicences(): void {
    const { database } = this.#context;
    for (const pbx of database.read<string[]>(TOLD) ?? []) database.forget(licencesKey(pbx));
    database.forget(TOLD);
  }

  #ofLines(keyOf: (pbx: string) => string): ReadonlySet<string> {
    const { database } = this.#context;
    const lines = Object.keys(this.#agents.lines());
    return new Set(lines.flatMap((pbx) => database.read<string[]>(keyOf(pbx)) ?? []));
  }

  #licences(pbx: string): Licences {
    return this.#context.database.read<Licences>(licencesKey(pbx)) ?? { guids: [], fault: null };
  }
}

const unseenKey = (pbx: string): string => `unseen:${pbx}`;
const noCallsKey = (pbx: string): string => `no-calls:${pbx}`;
const licencesKey = (pbx: string): string => `licences:${pbx}`;
