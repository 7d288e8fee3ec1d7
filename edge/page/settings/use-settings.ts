// The settings between server and form: read, edited, saved by PATCH under the version that was read.
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { FieldError } from '../../../shared/errors.ts';
import type { Api, TaggedSettings } from '../api.ts';
import { Refusal, refusalOf } from '../ask.ts';
import { type Doing, useDoing } from '../doing.ts';
import {
  changedKeys,
  type Draft,
  type DraftKey,
  draftOf,
  newDraft,
  patchOf,
  rebased,
  settingsOf,
} from './draft.ts';

export type SettingsState =
  | { at: 'loading' }
  | { at: 'failed'; fault: Refusal }
  /** The connector does not exist. */
  | { at: 'new' }
  | { at: 'stored'; stored: TaggedSettings };

export interface Settings {
  state: SettingsState;
  draft: Draft;
  changed: DraftKey[];
  errors: readonly FieldError[];
  /** What somebody else saved since ours were read. */
  theirs: { settings: TaggedSettings; changed: DraftKey[] } | undefined;
  saving: Doing;
  done: 'saved' | 'created' | undefined;
  load(): void;
  edit(change: Partial<Draft>): void;
  discard(): void;
  save(): void;
  /** Goes on from what somebody else saved, with or without the changes made here. */
  settle(whose: 'theirs' | 'mine'): void;
}

/** @param base the connector's own path */
export function useSettings(api: Api, base: string): Settings {
  const blank = useMemo(() => newDraft(notificationUrlAt(base)), [base]);
  const [state, setState] = useState<SettingsState>({ at: 'loading' });
  const [draft, setDraft] = useState(blank);
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [theirs, setTheirs] = useState<TaggedSettings>();
  const [done, setDone] = useState<'saved' | 'created'>();
  const saving = useDoing();
  const before = useMemo(
    () => (state.at === 'stored' ? draftOf(state.stored.settings) : blank),
    [state, blank],
  );
  const changed = useMemo(() => changedKeys(before, draft), [before, draft]);

  const goOnFrom = useCallback((stored: TaggedSettings, next: Draft) => {
    setState({ at: 'stored', stored });
    setDraft(next);
    setErrors([]);
    setTheirs(undefined);
  }, []);

  const load = useCallback(async () => {
    setState({ at: 'loading' });
    try {
      const stored = await api.readSettings();
      goOnFrom(stored, draftOf(stored.settings));
    } catch (error) {
      const fault = refusalOf(error);
      setState(fault.code === 'connector-unknown' ? { at: 'new' } : { at: 'failed', fault });
    }
  }, [api, goOnFrom]);
  useEffect(() => void load(), [load]);

  async function write(): Promise<void> {
    if (state.at === 'stored') {
      const stored = await api.changeSettings(patchOf(before, draft), state.stored.etag);
      goOnFrom(stored, draftOf(stored.settings));
      setDone('saved');
      return;
    }
    // PUT would replace what somebody else created a moment ago.
    const existing = await unlessUnknown(api.readSettings());
    if (existing) throw new Refusal('stale-version', '');
    const stored = await api.createSettings(settingsOf(draft));
    goOnFrom(stored, draftOf(stored.settings));
    setDone('created');
  }

  async function save(): Promise<void> {
    setErrors([]);
    setTheirs(undefined);
    setDone(undefined);
    try {
      await write();
    } catch (error) {
      const { code, errors: wrong } = refusalOf(error);
      if (code === 'invalid' && wrong.length > 0) setErrors(wrong);
      else if (code === 'stale-version') setTheirs(await api.readSettings());
      else throw error;
    }
  }

  return {
    state,
    draft,
    changed,
    errors,
    theirs: theirs && {
      settings: theirs,
      changed: changedKeys(before, draftOf(theirs.settings)),
    },
    saving,
    done,
    load: () => void load(),
    edit(change) {
      setDraft((now) => ({ ...now, ...change }));
      setDone(undefined);
    },
    discard() {
      setDraft(before);
      setErrors([]);
      setTheirs(undefined);
      saving.forget();
    },
    save: () => void saving.run(save),
    settle(whose) {
      if (!theirs) return;
      const theirDraft = draftOf(theirs.settings);
      goOnFrom(theirs, whose === 'mine' ? rebased(before, draft, theirDraft) : theirDraft);
    },
  };
}

/** Where this page is reached by https, Microsoft most likely reaches the connector the same way. */
const notificationUrlAt = (base: string): string =>
  location.protocol === 'https:' ? `${location.origin}${base}/subscriptions` : '';

async function unlessUnknown<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (refusalOf(error).code === 'connector-unknown') return undefined;
    throw error;
  }
}
