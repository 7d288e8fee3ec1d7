// Which system the agent is to run on.
import { useId } from 'preact/hooks';
import { useSpeech } from '../language.tsx';
import { SYSTEMS, type System } from './on-site.ts';

interface SystemChoiceProps {
  system: System;
  onChoose(system: System): void;
}

export function SystemChoice({ system, onChoose }: SystemChoiceProps) {
  const { texts } = useSpeech();
  const id = useId();
  return (
    <fieldset class="group">
      <legend>{texts.agents.system}</legend>
      <div class="in-line">
        {SYSTEMS.map((one) => (
          <label key={one} class="choice">
            <input
              type="radio"
              name={id}
              value={one}
              checked={one === system}
              onChange={() => onChoose(one)}
            />
            <span>{texts.agents.systems[one]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
