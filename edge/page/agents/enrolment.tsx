// A new enrolment code, as the command to run on site.
import { useEffect, useState } from 'preact/hooks';
import type { EnrolmentAnswer } from '../../http/admin-api/answers.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { TextField } from '../parts/field.tsx';
import { Fault, Notice } from '../parts/notice.tsx';

interface EnrolmentProps {
  api: Api;
  /** Whether a code is shown that still holds. */
  onOpen(open: boolean): void;
}

export function Enrolment({ api, onOpen }: EnrolmentProps) {
  const { texts } = useSpeech();
  const words = texts.agents;
  const [name, setName] = useState('');
  const [enrolment, setEnrolment] = useState<EnrolmentAnswer>();
  const making = useDoing();
  const wrong = making.fault?.code === 'invalid' ? making.fault.errors : [];

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    await making.run(async () => {
      setEnrolment(await api.newAgent(name.trim()));
      setName('');
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
      {wrong.length === 0 && <Fault of={making.fault} />}
      <div class="actions">
        <Button kind="main" type="submit" busy={making.busy}>
          {words.newCode}
        </Button>
      </div>
      {enrolment && <Code key={enrolment.code} enrolment={enrolment} onOpen={onOpen} />}
    </form>
  );
}

interface CodeProps extends Pick<EnrolmentProps, 'onOpen'> {
  enrolment: EnrolmentAnswer;
}

function Code({ enrolment: { command, expiresAt }, onOpen }: CodeProps) {
  const { texts, when } = useSpeech();
  const words = texts.agents;
  const expired = useHasCome(expiresAt);
  useEffect(() => onOpen(!expired), [expired, onOpen]);
  if (expired) return <Notice tone="warning">{words.expired}</Notice>;
  return (
    <div class="enrolment" role="status">
      <p>{words.runThis}</p>
      <Copyable text={command} />
      <p class="hint">
        {words.validUntil(when(expiresAt))} {words.once}
      </p>
    </div>
  );
}

/** Whether this moment (ISO 8601) is over; turns `true` by itself. */
function useHasCome(at: string): boolean {
  const [come, setCome] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setCome(true), Math.max(0, Date.parse(at) - Date.now()));
    return () => clearTimeout(timer);
  }, [at]);
  return come;
}
