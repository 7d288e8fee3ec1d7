// The rules between server and page: read, changed, saved by PATCH under the version that was read.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FieldError } from '../../../shared/errors.ts';
import type { UserView } from '../../connector/rpc.ts';
import type { Api, TaggedSettings } from '../api.ts';
import { type Refusal, refusalOf } from '../ask.ts';
import { type Doing, useDoing } from '../doing.ts';
import {
  type Changes,
  changedKeys,
  changedSince,
  differentKeys,
  NO_CHANGES,
  patchOf,
  type RuleKey,
} from './changes.ts';

export interface Rules {
  /** `undefined`: not read yet. */
  stored: TaggedSettings | undefined;
  /** Why they could not be read. */
  fault: Refusal | undefined;
  changes: Changes;
  changed: RuleKey[];
  errors: readonly FieldError[];
  /** What somebody else saved while ours were being changed; ours lie on top of it now. */
  theirs: readonly RuleKey[] | undefined;
  saving: Doing;
  isSaved: boolean;
  /** Whether a timeline is kept; `undefined`: not known yet. */
  keepsTimeline: boolean | undefined;
  /** Whether pairs by hand count. */
  pairsByHand: boolean;
  isByHand(user: UserView): boolean;
  /** Reads them again; changes stay. */
  load(): void;
  edit(change: Partial<Changes>): void;
  /** Not while they are being saved: what was sent cannot be taken back. */
  discard(): void;
  save(): void;
}

/** @param exists whether there is a connector that could have rules */
export function useRules(api: Api, exists: boolean): Rules {
  const [stored, setStored] = useState<TaggedSettings>();
  const [fault, setFault] = useState<Refusal>();
  const [changes, setChanges] = useState(NO_CHANGES);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [theirs, setTheirs] = useState<readonly RuleKey[]>();
  const [isSaved, setIsSaved] = useState(false);
  const saving = useDoing();
  const settings = stored?.settings;
  const changed = useMemo(
    () => (settings ? changedKeys(settings, changes) : []),
    [settings, changes],
  );

  // An answer that comes after a later one, or after a saving, is older than what is known.
  const newest = useRef(0);
  const load = useCallback(async () => {
    newest.current += 1;
    const mine = newest.current;
    try {
      const now = await api.readSettings();
      if (mine === newest.current) put(now);
    } catch (error) {
      if (mine === newest.current) setFault(refusalOf(error));
    }
  }, [api]);
  useEffect(() => {
    if (exists) void load();
  }, [exists, load]);

  async function save(on: TaggedSettings): Promise<void> {
    setErrors([]);
    setTheirs(undefined);
    setIsSaved(false);
    try {
      await write(on);
    } catch (error) {
      const { code, errors: wrong } = refusalOf(error);
      if (code === 'invalid' && wrong.length > 0) setErrors(wrong);
      else if (code === 'stale-version') await meet(on);
      else throw error;
    }
  }

  function put(now: TaggedSettings): void {
    newest.current += 1;
    setStored(now);
    setFault(undefined);
  }

  async function write({ settings: before, etag }: TaggedSettings): Promise<void> {
    put(await api.changeSettings(patchOf(before, changes), etag));
    // The answer may take its time, and somebody changes more meanwhile.
    setChanges((now) => changedSince(changes, now));
    setIsSaved(true);
  }

  /** Somebody else saved: ours wait on top of theirs, unless what they changed are no rules. */
  async function meet(before: TaggedSettings): Promise<void> {
    const now = await api.readSettings();
    put(now);
    const different = differentKeys(before.settings, now.settings);
    if (different.length === 0) await write(now);
    else setTheirs(different);
  }

  return {
    stored,
    fault,
    changes,
    changed,
    errors,
    theirs,
    saving,
    isSaved,
    keepsTimeline: settings && settings.timeline !== false,
    pairsByHand: settings?.matching.includes('override') ?? true,
    isByHand({ teams }) {
      if (!teams || !settings) return false;
      const names = [teams.id, teams.userPrincipalName].map((name) => name.toLowerCase());
      return settings.overrides.some((one) => names.includes(one.teams.toLowerCase()));
    },
    load: () => void load(),
    edit(change) {
      setChanges((now) => ({ ...now, ...change }));
      setIsSaved(false);
    },
    discard() {
      setChanges(NO_CHANGES);
      setErrors([]);
      setTheirs(undefined);
      setIsSaved(false);
      saving.forget();
    },
    save: () => void (stored && saving.run(() => save(stored))),
  };
}
