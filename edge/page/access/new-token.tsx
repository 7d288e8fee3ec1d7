// Issues a token, and shows it this once.
import { useState } from 'preact/hooks';
import type { NewTokenAnswer } from '../../http/admin-api/answers.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { TextField } from '../parts/field.tsx';
import { Fault } from '../parts/notice.tsx';

export function NewToken({ api, onIssued }: { api: Api; onIssued(): void }) {
  const { texts } = useSpeech();
  const words = texts.access.tokens;
  const [name, setName] = useState('');
  const [issued, setIssued] = useState<NewTokenAnswer>();
  const issuing = useDoing();
  const wrong = issuing.fault?.code === 'invalid' ? issuing.fault.errors : [];

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    await issuing.run(async () => {
      setIssued(await api.issueToken(name.trim()));
      setName((now) => (now === name ? '' : now));
      onIssued();
    });
  }

  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{words.newHeading}</h3>
      <div class="narrow">
        <TextField
          label={words.name}
          hint={words.nameHint}
          value={name}
          errors={wrong.map(({ message }) => message)}
          onInput={setName}
        />
      </div>
      {wrong.length === 0 && <Fault of={issuing.fault} />}
      <div class="actions">
        <Button kind="main" type="submit" busy={issuing.busy}>
          {words.issue}
        </Button>
      </div>
      {issued && (
        <div key={issued.id} class="enrolment" role="status">
          <p>{words.issued}</p>
          <Copyable text={issued.token} />
          <p class="hint">{words.once}</p>
        </div>
      )}
    </form>
  );
}
