import { expect, test } from 'vitest';
import { type Cloud, cloudAddresses } from '../../../edge/graph/clouds.ts';
import { destination, graphRoute, loginRoute } from '../../../edge/graph/route.ts';

// facts: graph §3.6
test.each<[Cloud, string, string]>([
  ['global', 'https://graph.microsoft.com', 'https://login.microsoftonline.com'],
  ['usgov', 'https://graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['usgov-dod', 'https://dod-graph.microsoft.us', 'https://login.microsoftonline.us'],
])('%s is where Microsoft has it, and its links lead nowhere else', (cloud, graph, login) => {
  expect(cloudAddresses(cloud)).toEqual({ graph, login });
  expect(destination(graphRoute(cloud), `${graph}/v1.0/users`)).toBe(`${graph}/v1.0/users`);
  const others = (['global', 'usgov', 'usgov-dod'] as const).map((one) => cloudAddresses(one));
  for (const other of others) {
    if (other.graph !== graph) {
      expect(destination(graphRoute(cloud), `${other.graph}/v1.0/users`)).toBeNull();
    }
    if (other.login !== login) {
      expect(destination(loginRoute(cloud), `${other.login}/common`)).toBeNull();
    }
  }
});
