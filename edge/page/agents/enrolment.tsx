// A new enrolment code, as the command to run on site; and whether the agent has come.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AgentView } from '../../connector/rpc.ts';
import type { EnrolmentAnswer } from '../../http/admin-api/answers.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Countdown, useTimeLeft } from '../parts/countdown.tsx';
import { TextField } from '../parts/field.tsx';
import { Fault, Notice } from '../parts/notice.tsx';
import { Configuration } from './configuration.tsx';
import { afterwardsOn, commandOn, type System } from './on-site.ts';
import { SystemChoice } from './system-choice.tsx';
import { enrolled } from './use-agents.ts';

interface EnrolmentProps {
  api: Api;
  /** As they are now; `undefined`: not known yet. */
  agents: readonly AgentView[] | undefined;
  masterPbx: string;
  /** Whether a code is shown that an agent may come with. */
  onOpen(open: boolean): void;
}

export function Enrolment({ api, agents, masterPbx, onOpen }: EnrolmentProps) {
  const { texts } = useSpeech();
  const words = texts.agents;
  const [name, setName] = useState('');
  const [system, setSystem] = useState<System>('linux');
  const [enrolment, setEnrolment] = useState<EnrolmentAnswer>();
  const making = useDoing();
  const wrong = making.fault?.code === 'invalid' ? making.fault.errors : [];
  const come = useNewcomer(agents, enrolment?.code);
  const expired = useTimeLeft(enrolment?.expiresAt) === 0;
  const waiting = enrolment !== undefined && !come && !expired;
  useEffect(() => onOpen(waiting), [waiting, onOpen]);

  async function submit(event: SubmitEvent) {
    event.preventDefault();
    await making.run(async () => {
      setEnrolment(await api.newAgent(name.trim()));
      setName((now) => (now === name ? '' : now));
    });
  }

  return (
    <form class="card" onSubmit={(event) => void submit(event)} noValidate>
      <h3>{words.newHeading}</h3>
      <SystemChoice system={system} onChoose={setSystem} />
      <Configuration system={system} masterPbx={masterPbx} />
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
        <Button kind={waiting ? 'plain' : 'main'} type="submit" busy={making.busy}>
          {words.newCode}
        </Button>
      </div>
      {waiting && <Code key={enrolment.code} enrolment={enrolment} system={system} />}
      {enrolment && expired && !come && <Notice tone="warning">{words.expired}</Notice>}
      {come && (
        <>
          <Notice tone="ok">{words.come(come.name)}</Notice>
          <p>{words.afterwards}</p>
          {afterwardsOn(system).map((command) => (
            <Copyable key={command} text={command} name={command} kind="plain" />
          ))}
        </>
      )}
    </form>
  );
}

function Code({ enrolment, system }: { enrolment: EnrolmentAnswer; system: System }) {
  const { texts, when } = useSpeech();
  const { command, expiresAt } = enrolment;
  const words = texts.agents;
  return (
    <div class="enrolment">
      <p>{words.runThis[system]}</p>
      <Copyable text={commandOn(system, command)} name={words.command} />
      <p class="hint">
        {words.validUntil(when(expiresAt))} {words.left} <Countdown at={expiresAt} />. {words.once}
      </p>
      <p class="waiting" role="status">
        {words.waiting}
      </p>
    </div>
  );
}

/** The agent that was not there yet when this code was made. */
function useNewcomer(
  agents: readonly AgentView[] | undefined,
  code: string | undefined,
): AgentView | undefined {
  const before = useRef<{ code: string; ids: ReadonlySet<string> }>(undefined);
  if (code === undefined || !agents) return undefined;
  if (before.current?.code !== code) {
    before.current = { code, ids: new Set(agents.map(({ id }) => id)) };
  }
  const { ids } = before.current;
  return enrolled(agents).find(({ id }) => !ids.has(id));
}
