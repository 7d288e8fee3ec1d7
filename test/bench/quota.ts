// What was asked of Graph within a time, beside what Microsoft allows in a minute (facts: graph §4).
import type { RequestRecord } from '../sim/microsoft/records.ts';

/** 1,500 in 30 s, reads and writes. */
const PRESENCE_A_MINUTE = 2 * 1_500;

/** `ms`: the time in which all these requests were made. */
export function againstQuota(requests: readonly RequestRecord[], ms: number) {
  const aMinute = (count: number) => Math.round((count * 60_000) / ms);
  const graph = requests.filter(
    ({ side, route }) => side === 'graph' && !route.endsWith('/$batch'),
  );
  const presence = graph.filter(({ path }) => /presence/i.test(path)).length;
  return {
    presence: aMinute(presence),
    'of Microsoft’s quota': `${Math.round((1_000 * aMinute(presence)) / PRESENCE_A_MINUTE) / 10} %`,
    'subscriptions and users': aMinute(graph.length - presence),
  };
}
