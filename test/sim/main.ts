// `npm run sim`: both simulators as a program, for trying edge and agent by hand.
import { CONNECTOR, PUBLIC_HOST, settingsFor, startLaboratory } from './laboratory.ts';

const port = (name: string, otherwise: number): number => Number(process.env[name] || otherwise);

const lab = await startLaboratory({
  microsoftPort: port('MICROSOFT_PORT', 9480),
  pbxPort: port('PBX_PORT', 9481),
  edgeOrigin: process.env['EDGE_ORIGIN'] || 'http://127.0.0.1:8787',
});
const { microsoft, pbx } = lab;

console.log(`Simulated Microsoft (sign-in and Graph)  ${microsoft.origin}
  for the edge        GRAPH_ORIGIN=${microsoft.origin} LOGIN_ORIGIN=${microsoft.origin}
  by hand             ${microsoft.origin}/control/
  ${PUBLIC_HOST} leads to ${process.env['EDGE_ORIGIN'] || 'http://127.0.0.1:8787'}

Simulated PBX         ${pbx.url}
  App object          ${pbx.app}, password ${pbx.password}
  by hand             ${pbx.origin}/control/

Settings for PUT /${CONNECTOR}/api/settings
${JSON.stringify(settingsFor(lab))}

Teams account for POST /${CONNECTOR}/api/accounts
${JSON.stringify(microsoft.account)}
`);

microsoft.on('presence', ({ userId, availability, activity, cause }) => {
  const name = microsoft.user(userId).displayName;
  console.log(`Teams  ${name}: ${availability}/${activity} (${cause})`);
});
pbx.on('presence', ({ guid, activity, cause }) => {
  const { cn } = pbx.user(guid).row();
  console.log(`PBX    ${cn}: ${activity || 'available'} (${cause})`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void lab.close().then(() => process.exit(0)));
}
