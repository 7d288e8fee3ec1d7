// Removes the connector, with everything of it: said beforehand, and confirmed by typing its name.
import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { TextField } from '../parts/field.tsx';
import { Fault } from '../parts/notice.tsx';

export interface RemoveConnectorProps {
  api: Api;
  /** As it is called: `domain/instance`. */
  connector: string;
  /** It is under way, or over, whatever came of it. */
  onRemoving(isUnderWay: boolean): void;
  onRemoved(): void;
}

export function RemoveConnector({ api, connector, onRemoving, onRemoved }: RemoveConnectorProps) {
  const { texts } = useSpeech();
  const words = texts.removal;
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const removing = useDoing();

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    const isIt = typed.trim().toLowerCase() === connector.toLowerCase();
    setWrong(!isIt);
    if (!isIt || removing.busy) return;
    onRemoving(true);
    const isGone = await removing.run(api.removeConnector);
    if (isGone) onRemoved();
    onRemoving(false);
  }

  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{words.heading}</h3>
      <p>{words.lead}</p>
      <ul>
        {words.effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      <p>{words.kept}</p>
      <div class="narrow">
        <TextField
          label={words.field(connector)}
          value={typed}
          errors={wrong ? [words.other(connector)] : []}
          onInput={setTyped}
        />
      </div>
      <Fault of={removing.fault} />
      <div class="actions">
        <Button kind="danger" type="submit" busy={removing.busy}>
          {removing.busy ? words.removing : words.remove}
        </Button>
      </div>
      {removing.busy && (
        <p class="waiting" role="status">
          {words.takesAMoment}
        </p>
      )}
    </form>
  );
}
