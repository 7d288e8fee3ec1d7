// The rules of a connector: directions, who is matched how, what a presence means on the other side.
import { useEffect } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { Fault, PolledFault } from '../parts/notice.tsx';
import { Loading, Section } from '../parts/section.tsx';
import { rowsWith } from './changes.ts';
import { MappingTable } from './mapping-table.tsx';
import { MatchingOrder } from './matching-order.tsx';
import { OverridesList } from './overrides-list.tsx';
import { SaveRules } from './save-rules.tsx';
import { TryOut } from './try-out.tsx';
import type { Rules } from './use-rules.ts';
import { useTryOut } from './use-try-out.ts';

const DIRECTIONS = ['both', 'teams-to-pbx', 'pbx-to-teams'] as const;

export function RulesPart({ api, rules }: { api: Api; rules: Rules }) {
  const { texts } = useSpeech();
  const words = texts.rules;
  const { stored, changes, changed, edit } = rules;
  // Read anew when it is opened: overrides come from the users as well.
  useEffect(() => rules.load(), []);
  const matching = changes.matching ?? stored?.settings.matching ?? [];
  const trying = useTryOut(
    api,
    { matching, withoutOverrides: changes.removed },
    stored?.etag ?? '',
  );
  if (!stored) {
    return (
      <Section heading={words.heading}>
        <Fault of={rules.fault} />
        {rules.fault ? <Button onClick={rules.load}>{texts.common.retry}</Button> : <Loading />}
      </Section>
    );
  }
  const { settings } = stored;
  const errorsAt = (key: string) =>
    rules.errors.filter(({ path }) => path.split('.')[0] === key).map(({ message }) => message);
  const changesPairs = changed.includes('matching') || changed.includes('overrides');
  return (
    <Section heading={words.heading} lead={words.lead}>
      <PolledFault of={{ value: stored, fault: rules.fault }} />
      <div class="card">
        <div class="narrow">
          <Field
            label={words.names.directions}
            hint={words.directionHint}
            errors={errorsAt('directions')}
          >
            {(wiring) => (
              <select
                {...wiring}
                value={changes.directions ?? settings.directions}
                onChange={(event) =>
                  edit({ directions: event.currentTarget.value as (typeof DIRECTIONS)[number] })
                }
              >
                {DIRECTIONS.map((one) => (
                  <option key={one} value={one}>
                    {words.direction[one]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      </div>
      <div class="card">
        <MatchingOrder
          steps={matching}
          errors={errorsAt('matching')}
          onChange={(steps) => edit({ matching: steps })}
        />
      </div>
      <OverridesList
        api={api}
        overrides={settings.overrides}
        removed={changes.removed}
        isSaving={rules.saving.busy}
        onChange={(removed) => edit({ removed })}
      />
      {changesPairs && <TryOut trying={trying} />}
      {(['toPbx', 'toTeams'] as const).map((table) => (
        <MappingTable
          key={table}
          table={table}
          rows={rowsWith(table, settings, changes)}
          onChange={(rows) => edit({ [table]: { ...changes[table], ...rows } })}
        />
      ))}
      <SaveRules rules={rules} trying={changesPairs ? trying : undefined} />
    </Section>
  );
}
