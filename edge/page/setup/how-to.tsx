// What to do elsewhere – in Entra, on the PBX – beside the fields that it fills, with values to copy.
import { Fragment } from 'preact';
import { Copyable } from '../parts/copyable.tsx';

export interface Instruction {
  text: string;
  /** What is to be pasted there. */
  copy?: readonly string[];
}

interface HowToProps {
  heading: string;
  /** Where it is done. */
  at?: string;
  instructions: readonly Instruction[];
}

export function HowTo({ heading, at, instructions }: HowToProps) {
  return (
    <div class="how">
      <h4>{heading}</h4>
      {at !== undefined && (
        <p>
          <a href={at} target="_blank" rel="noreferrer">
            {at.replace('https://', '')}
          </a>
        </p>
      )}
      <ol class="how-to">
        {instructions.map(({ text, copy = [] }) => (
          <li key={text}>
            {text}
            {copy.map((value) => (
              <Fragment key={value}>
                <Copyable text={value} name={value} kind="plain" />
              </Fragment>
            ))}
          </li>
        ))}
      </ol>
    </div>
  );
}
