// A step that asks for settings: what to do elsewhere, the fields beside it, saving, and what the
// connector then finds out.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import type { DraftKey } from '../settings/draft.ts';
import { Outcome } from '../settings/outcome.tsx';
import { errorsAt, type Saved } from '../settings/use-settings.ts';
import { NextStep } from './next-step.tsx';
import { StepLamps } from './step-lamps.tsx';
import { fieldsOf, lacking, type Step, type StepId } from './steps.ts';
import type { Setup } from './use-setup.ts';

interface SettingsStepProps {
  setup: Setup;
  step: Step;
  open: boolean;
  how: ComponentChildren;
  children: ComponentChildren;
}

export function SettingsStep({ setup, step, open, how, children }: SettingsStepProps) {
  const { texts } = useSpeech();
  const words = texts.setup;
  const { settings, check, goTo } = setup;
  const { state, draft, changed, errors, saving } = settings;
  const { id } = step;
  const form = useRef<HTMLFormElement>(null);
  const checking = useDoing();
  const [saved, setSaved] = useState(false);
  useEffect(() => {
    if (open) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [errors, open]);

  const stored = state.at === 'stored' ? state.stored.settings : undefined;
  const missing = lacking({ draft, stored });
  const nothingNew = stored !== undefined && changed.length === 0;
  const busy = saving.busy || checking.busy;
  // Of an app that nobody signs in to yet, or a PBX without an agent, nothing can be found out.
  const canCheck = step.lamps.length > 0;

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (busy) return;
    setSaved(false);
    if (!nothingNew) {
      // While other steps lack something nothing can be stored; but whether these fields are right
      // can be told now.
      const done = await settings.save(missing.length > 0 ? fieldsOf(id) : undefined);
      if (done.is === 'invalid') return goOn(done);
      if (done.is !== 'stored') return;
      setSaved(true);
    }
    if (canCheck || !stored) await checking.run(() => check(id));
  }

  function goOn({ errors: wrong }: Extract<Saved, { is: 'invalid' }>) {
    const isWrong = (one: StepId) => fieldsOf(one).some((key) => errorsAt(wrong, key).length > 0);
    if (isWrong(id)) return;
    const ids = setup.steps.map((one) => one.id);
    const after = ids.slice(ids.indexOf(id) + 1).find((one) => fieldsOf(one).length > 0);
    const next = missing.length > 0 ? (after ?? missing[0]) : ids.find(isWrong);
    if (next !== undefined) goTo(next);
  }

  const others = missing.filter((one) => one !== id);
  function label(): string {
    if (checking.busy) return texts.overview.checking;
    if (saving.busy) return texts.settings.saving;
    if (nothingNew) return texts.overview.check;
    if (others.length > 0) return words.next;
    if (!stored) return texts.settings.createButton;
    return canCheck ? words.saveAndCheck : texts.settings.save;
  }
  return (
    <form ref={form} noValidate onSubmit={(event) => void submit(event)}>
      <div class="beside">
        {how}
        <div class="beside-fields">{children}</div>
      </div>
      {open && <Outcome settings={settings} here={fieldsOf(id)} quiet={!saved} />}
      {!open || errors.length > 0 ? null : (
        <Waiting step={step} settings={settings} others={others} />
      )}
      <StepLamps lamps={step.lamps} />
      <Fault of={checking.fault} />
      <div class="actions">
        {(canCheck || !nothingNew) && (
          <Button
            kind={nothingNew && step.state !== 'attention' ? 'plain' : 'main'}
            type="submit"
            busy={busy}
          >
            {label()}
          </Button>
        )}
        {nothingNew && <NextStep setup={setup} after={id} />}
        {stored && changed.length > 0 && (
          <Button disabled={saving.busy} onClick={settings.discard}>
            {texts.settings.discard}
          </Button>
        )}
      </div>
    </form>
  );
}

interface WaitingProps {
  step: Step;
  settings: Setup['settings'];
  others: readonly StepId[];
}

/** Why nothing is known of this step yet. */
function Waiting({ step: { id, state }, settings, others }: WaitingProps) {
  const { texts } = useSpeech();
  const words = texts.setup;
  const unsaved = settings.changed.some((key: DraftKey) => fieldsOf(id).includes(key));
  if ((settings.state.at === 'new' || unsaved) && others.length > 0) {
    const names = others.map((one) => words.steps[one].title).join(', ');
    return <p class="muted stored-with">{words.storedWith(names)}</p>;
  }
  const why = state === 'entered' ? words.waitsFor[id] : undefined;
  return why ? <Notice tone="plain">{why}</Notice> : null;
}
