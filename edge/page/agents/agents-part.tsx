// The agents on site, and the enrolment of new ones.
import { useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useSpeech } from '../language.tsx';
import { Section } from '../parts/section.tsx';
import { AgentList } from './agent-list.tsx';
import { Enrolment } from './enrolment.tsx';
import { useAgents } from './use-agents.ts';

/** @param masterPbx as the settings have it */
export function AgentsPart({ api, masterPbx }: { api: Api; masterPbx: string }) {
  const { texts } = useSpeech();
  const [enrolling, setEnrolling] = useState(false);
  const agents = useAgents(api, enrolling);
  const words = texts.agents;
  return (
    <Section heading={words.heading} lead={words.lead}>
      <AgentList api={api} agents={agents} />
      <Enrolment api={api} agents={agents.value} masterPbx={masterPbx} onOpen={setEnrolling} />
    </Section>
  );
}
