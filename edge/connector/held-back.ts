// Users of the PBX who need a licence there and have none.
import type { PbxGuid } from '../../shared/ids.ts';
import type { Rights } from './rights.ts';
import type { SettingsDesk } from './settings-desk.ts';
import type { Directory } from './store/directory.ts';

const NOBODY: ReadonlySet<PbxGuid> = new Set();

export class HeldBack {
  readonly #desk: SettingsDesk;
  readonly #rights: Rights;
  readonly #directory: Directory;

  constructor(desk: SettingsDesk, rights: Rights, directory: Directory) {
    this.#desk = desk;
    this.#rights = rights;
    this.#directory = directory;
  }

  get guids(): ReadonlySet<PbxGuid> {
    return this.#desk.settings.requireLicence ? this.#rights.unlicensed() : NOBODY;
  }

  /** Those of them who fit somebody in Teams: only a licence is missing. */
  matched(): PbxGuid[] {
    const { guids } = this;
    if (guids.size === 0) return [];
    return this.#directory.teams().flatMap(({ match, accountEnabled }) => {
      const fits = accountEnabled && match?.state === 'paired' && guids.has(match.guid);
      return fits ? [match.guid] : [];
    });
  }
}
