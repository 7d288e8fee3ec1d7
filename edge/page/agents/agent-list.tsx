// The agents, one a row: how each stands, its sessions at the PBX, and its removal.
import { useState } from 'preact/hooks';
import type { AgentView } from '../../connector/rpc.ts';
import type { Api } from '../api.ts';
import { useDoing } from '../doing.ts';
import { useSpeech } from '../language.tsx';
import { Button } from '../parts/button.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { Since } from '../parts/moment.tsx';
import { PolledFault } from '../parts/notice.tsx';
import { Loading } from '../parts/section.tsx';
import { StateMark, type StateTone } from '../parts/state-mark.tsx';
import { type Agents, enrolled } from './use-agents.ts';

const TONES: Record<AgentView['state'], StateTone> = {
  leading: 'ok',
  standby: 'ok',
  offline: 'error',
  revoked: 'unknown',
};

export function AgentList({ api, agents }: { api: Api; agents: Agents }) {
  const { texts } = useSpeech();
  const [leaving, setLeaving] = useState<AgentView>();
  const removing = useDoing();
  const words = texts.agents;

  async function remove({ id }: AgentView) {
    if (!(await removing.run(() => api.removeAgent(id)))) return;
    agents.again();
    setLeaving(undefined);
  }

  return (
    <>
      <PolledFault of={agents} />
      {!agents.value && !agents.fault && <Loading />}
      {agents.value?.length === 0 && <p class="muted">{words.empty}</p>}
      {agents.value && agents.value.length > 0 && (
        <ul class="rows">
          {removedLast(agents.value).map((agent) => (
            <AgentRow key={agent.id} agent={agent} onRemove={() => setLeaving(agent)} />
          ))}
        </ul>
      )}
      {leaving && (
        <Confirm
          title={words.removeTitle(leaving.name)}
          text={words.removeText}
          action={texts.common.remove}
          doing={removing}
          onConfirm={() => void remove(leaving)}
          onCancel={() => {
            removing.forget();
            setLeaving(undefined);
          }}
        />
      )}
    </>
  );
}

const removedLast = (agents: readonly AgentView[]): AgentView[] => [
  ...enrolled(agents),
  ...agents.filter(({ state }) => state === 'revoked'),
];

function AgentRow({ agent, onRemove }: { agent: AgentView; onRemove(): void }) {
  const { texts } = useSpeech();
  const words = texts.agents;
  const removed = agent.state === 'revoked';
  return (
    <li class={removed ? 'row row-gone' : 'row'}>
      <div class="row-main">
        <h3>{agent.name}</h3>
        <p class="facts">
          <StateMark tone={TONES[agent.state]} word={words.states[agent.state]} />
          <Since at={agent.since} />
          {agent.version !== null && <span>{words.version(agent.version)}</span>}
        </p>
        {agent.pbx.map(({ name, state, message }) => (
          <p key={name} class="facts">
            <StateMark
              tone={state === 'up' ? 'ok' : 'error'}
              word={`${words.pbx} ${name}: ${state === 'up' ? words.pbxUp : words.pbxDown}`}
            />
            {message !== undefined && <span lang="en">{message}</span>}
          </p>
        ))}
      </div>
      {!removed && (
        <Button label={words.removeNamed(agent.name)} onClick={onRemove}>
          {texts.common.remove}
        </Button>
      )}
    </li>
  );
}
