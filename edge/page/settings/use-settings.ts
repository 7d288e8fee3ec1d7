// The settings between server and form: read, edited, saved by PATCH under the version that was read.
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import type { FieldError } from '../../../shared/errors.ts';
import type { Api, TaggedSettings } from '../api.ts';
import { Refusal, refusalOf } from '../ask.ts';
import { type Doing, useDoing } from '../doing.ts';
import {
  afterSaving,
  changedKeys,
  type Draft,
  type DraftKey,
  draftOf,
  newDraft,
  patchOf,
  rebased,
  settingsOf,
} from './draft.ts';
import { dropKept, keep, kept } from './kept-draft.ts';
import { guessedUrl } from './notification-url.ts';

export type SettingsState =
  | { at: 'loading' }
  | { at: 'failed'; fault: Refusal }
  /** The connector does not exist. */
  | { at: 'new' }
  | { at: 'stored'; stored: TaggedSettings };

/** What became of saving: stored; refused for these fields; or not done, `saving` and `theirs` say why. */
export type Saved =
  | { is: 'stored' }
  | { is: 'invalid'; errors: readonly FieldError[] }
  | { is: 'notDone' };

export interface Settings {
  /** The connector's own path. */
  base: string;
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
  /** Not while it is being saved: what was sent cannot be taken back. */
  discard(): void;
  /** @param only of which fields errors are shown: the others were not looked at yet. Default: all. */
  save(only?: readonly DraftKey[]): Promise<Saved>;
  /** Goes on from what somebody else saved, with or without the changes made here. */
  settle(whose: 'theirs' | 'mine'): void;
}

/** The sentences about one field. */
export const errorsAt = (errors: readonly FieldError[], key: DraftKey): FieldError[] =>
  errors.filter(({ path }) => path === key || path.startsWith(`${key}.`));

/** @param base the connector's own path */
export function useSettings(api: Api, base: string): Settings {
  const blank = useMemo(() => newDraft(guessedUrl(location, base)), [base]);
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

  const goOnFrom = useCallback((stored: TaggedSettings, next: (now: Draft) => Draft) => {
    setState({ at: 'stored', stored });
    setDraft(next);
    setErrors([]);
    setTheirs(undefined);
  }, []);

  const load = useCallback(async () => {
    setState({ at: 'loading' });
    try {
      const stored = await api.readSettings();
      goOnFrom(stored, () => draftOf(stored.settings));
    } catch (error) {
      const fault = refusalOf(error);
      const isNew = fault.code === 'connector-unknown';
      if (isNew) setDraft(kept(base, blank));
      setState(isNew ? { at: 'new' } : { at: 'failed', fault });
    }
  }, [api, base, blank, goOnFrom]);
  useEffect(() => void load(), [load]);

  // A set-up may be left half-way, and the browser closed, before there is anything to store.
  useEffect(() => {
    if (state.at === 'new') keep(base, draft);
    if (state.at === 'stored') dropKept(base);
  }, [state, base, draft]);

  async function write(): Promise<void> {
    // The answer may take its time, and somebody types on meanwhile.
    const goOn = (stored: TaggedSettings) =>
      goOnFrom(stored, (now) => afterSaving(draft, now, draftOf(stored.settings)));
    if (state.at === 'stored') {
      goOn(await changeIt(state.stored));
      setDone('saved');
      return;
    }
    // PUT would replace what somebody else created a moment ago.
    const existing = await unlessUnknown(api.readSettings());
    if (existing) throw new Refusal('stale-version', '');
    goOn(await api.createSettings(settingsOf(draft)));
    setDone('created');
  }

  async function changeIt({ settings, etag }: TaggedSettings): Promise<TaggedSettings> {
    const patch = patchOf(before, draft, settings);
    try {
      return await api.changeSettings(patch, etag);
    } catch (error) {
      if (refusalOf(error).code !== 'stale-version') throw error;
      // Where what they changed is none of this form – an override, say – nobody's is overwritten.
      const now = await api.readSettings();
      if (changedKeys(before, draftOf(now.settings)).length > 0) throw error;
      return api.changeSettings(patch, now.etag);
    }
  }

  async function save(only?: readonly DraftKey[]): Promise<Saved> {
    setErrors([]);
    setTheirs(undefined);
    setDone(undefined);
    try {
      await write();
      return { is: 'stored' };
    } catch (error) {
      const { code, errors: wrong } = refusalOf(error);
      if (code === 'invalid' && wrong.length > 0) {
        setErrors(only ? only.flatMap((key) => errorsAt(wrong, key)) : wrong);
        return { is: 'invalid', errors: wrong };
      }
      if (code !== 'stale-version') throw error;
      setTheirs(await api.readSettings());
      return { is: 'notDone' };
    }
  }

  return {
    base,
    state,
    draft,
    changed,
    errors,
    theirs: theirs && {
      settings: theirs,
      changed: changedKeys(before, draftOf(theirs.settings)),
    },
    saving,
    // What was typed while it was saved is not.
    done: done === 'saved' && changed.length > 0 ? undefined : done,
    load: () => void load(),
    edit(change) {
      setDraft((now) => ({ ...now, ...change }));
      setDone(undefined);
    },
    discard() {
      setDraft(before);
      setErrors([]);
      setTheirs(undefined);
      setDone(undefined);
      saving.forget();
    },
    async save(only) {
      let saved: Saved = { is: 'notDone' };
      await saving.run(async () => {
        saved = await save(only);
      });
      return saved;
    },
    settle(whose) {
      if (!theirs) return;
      const theirDraft = draftOf(theirs.settings);
      goOnFrom(theirs, () => (whose === 'mine' ? rebased(before, draft, theirDraft) : theirDraft));
    },
  };
}

async function unlessUnknown<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (refusalOf(error).code === 'connector-unknown') return undefined;
    throw error;
  }
}
