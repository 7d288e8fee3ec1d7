// What the tracker knows, as Prometheus reads it.
import { Counter, Gauge, Registry } from 'prom-client';
import type { Tracker } from './tracker.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Everything is looked up when somebody asks: nothing is counted twice. */
export function metricsOf(tracker: Tracker, about: { version: string }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    fill: (gauge: Gauge<L>) => void,
  ) => {
    new Gauge({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset();
        fill(this);
      },
    });
  };
  const counter = <L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    fill: (counter: Counter<L>) => void,
  ) => {
    new Counter({
      ...{ name, help, labelNames, registers },
      collect() {
        this.reset();
        fill(this);
      },
    });
  };

  gauge('presence_agent_info', 'Version of the agent.', ['version'], (it) =>
    it.set({ version: about.version }, 1),
  );
  gauge('presence_agent_ready', '1 while everything is connected.', [], (it) =>
    it.set(tracker.isReady ? 1 : 0),
  );
  gauge('presence_agent_leading', '1 while this agent leads, 0 as a standby or alone.', [], (it) =>
    it.set(tracker.role === 'leading' ? 1 : 0),
  );
  gauge('presence_agent_up', '1 while the connection is up.', ['part'], (it) => {
    for (const { name, up } of tracker.all()) it.set({ part: name }, up ? 1 : 0);
  });
  gauge('presence_agent_since_seconds', 'Unix time of the last change.', ['part'], (it) => {
    for (const { name, since } of tracker.all()) it.set({ part: name }, since / 1000);
  });
  counter('presence_agent_connects_total', 'How often a connection came up.', ['part'], (it) => {
    for (const { name, ups } of tracker.all()) it.inc({ part: name }, ups);
  });
  counter(
    'presence_agent_losses_total',
    'How often a connection was lost, by reason.',
    ['part', 'reason'],
    (it) => {
      for (const { name, losses } of tracker.all()) {
        for (const [reason, times] of Object.entries(losses)) it.inc({ part: name, reason }, times);
      }
    },
  );
  counter(
    'presence_agent_frames_total',
    'Frames on the tunnel; up is to the edge.',
    ['direction', 'type'],
    (it) => {
      for (const [key, times] of tracker.frames) {
        const [direction = '', type = ''] = key.split(' ');
        it.inc({ direction, type }, times);
      }
    },
  );
  gauge('presence_agent_pbx_users', 'Users in the directory of a PBX.', ['pbx'], (it) => {
    for (const [pbx, users] of tracker.users) it.set({ pbx }, users);
  });
  gauge('process_resident_memory_bytes', 'Resident memory in bytes.', [], (it) =>
    it.set(process.memoryUsage.rss()),
  );
  gauge('process_start_time_seconds', 'Unix time at which the agent started.', [], (it) =>
    it.set(tracker.startedAt / 1000),
  );
  counter('process_cpu_seconds_total', 'Processor time used, in seconds.', [], (it) => {
    const { user, system } = process.cpuUsage();
    it.inc((user + system) / 1e6);
  });
  return { contentType: registry.contentType, text: () => registry.metrics() };
}
