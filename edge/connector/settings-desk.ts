// The settings of one connector: the object is the authority, KV holds a copy for stateless code.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { ConnectorName } from '../../shared/ids.ts';
import { mappingOf } from '../../shared/presence/mapping.ts';
import type { Rules } from '../../shared/presence/rules.ts';
import { patchedSettings } from '../../shared/settings/merge.ts';
import {
  checkSettings,
  type OpenSettings,
  SECRET_KEYS,
  type SecretKey,
  type SettingsInput,
  type SettingsView,
} from '../../shared/settings/schema.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import type { Keyring } from '../keyring.ts';
import { isEnding } from './ending.ts';
import type { VersionedSettings, WriteSettings } from './rpc.ts';
import type { Database } from './store/database.ts';

/** What is stored: secrets only sealed, tenants resolved to GUIDs where that has succeeded. */
interface Stored {
  connector: ConnectorName;
  version: number;
  settings: OpenSettings;
  sealed: Partial<Record<SecretKey, string>>;
}

export interface Written {
  answer: VersionedSettings & { created: boolean };
  /** Keys that changed, secrets among them, for the audit trail. */
  changed: string[];
}

/** What has changed since settings were acted on last: more than the last write, where that broke off. */
export interface Unacted {
  /** `null`: the connector was created since. */
  before: OpenSettings | null;
  changed: string[];
}

const UNACTED = 'settings-unacted';

export class SettingsDesk {
  readonly #database: Database;
  readonly #keyring: Keyring;
  #stored: Stored | undefined;
  #rules: { of: OpenSettings; rules: Rules } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(database: Database, keyring: Keyring) {
    this.#database = database;
    this.#keyring = keyring;
  }

  get #current(): Stored | undefined {
    if (!this.#database.exists) return undefined;
    this.#stored ??= this.#database.read<Stored>('settings');
    return this.#stored;
  }

  /** Throws where the connector does not exist; callers have asked `database.exists` before. */
  get connector(): ConnectorName {
    return this.#mustExist().connector;
  }

  get settings(): OpenSettings {
    return this.#mustExist().settings;
  }

  /** What the settings say of presence. */
  get rules(): Rules {
    const { settings } = this;
    if (this.#rules?.of === settings) return this.#rules.rules;
    const rules = rulesOf(settings);
    this.#rules = { of: settings, rules };
    return rules;
  }

  /** Whether anybody's decisions may be kept. */
  get keepsTimeline(): boolean {
    return this.settings.timeline !== false;
  }

  get version(): number {
    return this.#mustExist().version;
  }

  view(): VersionedSettings {
    const { version, settings, sealed } = this.#mustExist();
    const secrets = Object.fromEntries(SECRET_KEYS.map((key) => [key, { set: key in sealed }]));
    return { version, settings: { ...settings, ...secrets } as SettingsView };
  }

  has(key: SecretKey): boolean {
    return key in this.#mustExist().sealed;
  }

  async secret(key: SecretKey): Promise<string | undefined> {
    const sealed = this.#mustExist().sealed[key];
    return sealed === undefined ? undefined : this.#keyring.open(this.connector, key, sealed);
  }

  /** Refuses whoever means another version than the one that is stored; without one, whatever is stored is meant. */
  staleness(ifVersion: number | undefined): Outcome<never> | undefined {
    if (ifVersion === undefined || ifVersion === this.#current?.version) return undefined;
    return refused(
      'stale-version',
      'The settings were changed since they were read: read them again.',
    );
  }

  /** What anybody may see of it, KV too. */
  open(): Pick<ConnectorRecord, 'version' | 'settings' | 'sealed'> {
    const { version, settings, sealed } = this.#mustExist();
    return { version, settings, sealed: { ...sealed } };
  }

  /**
   * Checks versions, seals secrets, stores. Creates the connector where it does not exist. One after
   * the other: sealing lets other events in, and who names no version is not to lose to them.
   */
  write(write: WriteSettings): Promise<Outcome<Written>> {
    const turn = this.#turn.then(() => this.#write(write));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #write(write: WriteSettings): Promise<Outcome<Written>> {
    const current = this.#current;
    if (write.change.kind === 'patch' && !current) {
      return refused('connector-unknown', 'There is no such connector. PUT creates it.');
    }
    const stale = this.staleness(write.ifVersion);
    if (stale) return stale;
    const input = inputOf(write, current && this.view().settings);
    if (!input.ok) return input;

    const { clientSecretSyncToTeams, certificateSyncToTeams, ...settings } = input.value;
    const given: Partial<Record<SecretKey, unknown>> = {
      clientSecretSyncToTeams,
      certificateSyncToTeams,
    };
    const sealed: Stored['sealed'] = { ...current?.sealed };
    const changed = changedKeys(current?.settings, settings);
    for (const key of SECRET_KEYS) {
      const wish = secretWish(given[key]);
      if (wish.kind === 'keep' || (wish.kind === 'remove' && !(key in sealed))) continue;
      changed.push(key);
      if (wish.kind === 'remove') delete sealed[key];
      else sealed[key] = await this.#keyring.seal(write.connector, key, wish.value);
    }
    // The connector may have been deleted meanwhile, or is being deleted.
    if (this.#database.exists && isEnding({ database: this.#database })) {
      return refused('conflict', 'This connector is being deleted: try again in a minute.');
    }
    if (this.#current?.version !== current?.version) {
      return refused('stale-version', 'The settings were changed by somebody else meanwhile.');
    }
    const stored: Stored = {
      connector: write.connector,
      version: (current?.version ?? 0) + 1,
      settings,
      sealed,
    };
    const keep = () => {
      const left = this.unacted;
      this.#database.write('settings', stored);
      this.#database.write(UNACTED, {
        before: left ? left.before : (current?.settings ?? null),
        changed: [...new Set([...(left?.changed ?? []), ...changed])],
      } satisfies Unacted);
    };
    if (current) this.#database.transaction(keep);
    else this.#database.create(keep);
    this.#stored = stored;
    return accepted({ answer: { ...this.view(), created: !current }, changed });
  }

  /** `undefined`: everything was acted on. */
  get unacted(): Unacted | undefined {
    return this.#database.read<Unacted>(UNACTED);
  }

  actedOn(): void {
    this.#database.forget(UNACTED);
  }

  #mustExist(): Stored {
    const stored = this.#current;
    if (!stored) throw new Error('This connector does not exist.');
    return stored;
  }
}

function inputOf(write: WriteSettings, view: SettingsView | undefined): Outcome<SettingsInput> {
  if (write.change.kind === 'put') return accepted(write.change.settings);
  const checked = checkSettings(view && patchedSettings(view, write.change.patch));
  if (checked.ok) return accepted(checked.settings);
  return refused('invalid', 'Some fields are not valid.', checked.errors);
}

type SecretWish = { kind: 'keep' } | { kind: 'remove' } | { kind: 'replace'; value: string };

/** What a PUT or PATCH wants of a secret (API.md, "Settings"). */
function secretWish(given: unknown): SecretWish {
  if (given === undefined) return { kind: 'keep' };
  if (given === null) return { kind: 'remove' };
  if (typeof given === 'string') return { kind: 'replace', value: given };
  const view = given as { set?: boolean };
  if (view.set === undefined) return { kind: 'replace', value: JSON.stringify(given) };
  return { kind: 'keep' };
}

function changedKeys(before: OpenSettings | undefined, after: OpenSettings): string[] {
  // Optional ones may be there before or after only.
  const keys = new Set(Object.keys({ ...before, ...after })) as Set<keyof OpenSettings>;
  return [...keys].filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after[key]));
}

export const rulesOf = (settings: OpenSettings): Rules => ({
  mapping: mappingOf(settings.mapping),
  directions: settings.directions,
  contact: settings.pbxContact,
});
