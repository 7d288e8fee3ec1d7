/**
 * The simulator as a program: `node test/sim/pbx/main.ts [port] [users]`. Prints every change of
 * presence until Ctrl-C.
 */
import { startPbx } from './server.ts';

const [port = '9460', users] = process.argv.slice(2);
const pbx = await startPbx({
  port: Number(port),
  ...(users === undefined ? {} : { users: Number(users) }),
});
console.log(`PBX ${pbx.name} of ${pbx.domain}: ${pbx.url}`);
console.log(`App object ${pbx.app}, password ${pbx.password}; control ${pbx.origin}/control`);
pbx.on('presence', ({ h323, cause, items }) => console.log(h323, cause, JSON.stringify(items)));
pbx.on('login', ({ direction, app, ok }) => console.log('login', direction, app, ok));
pbx.on('violation', ({ code, detail }) => console.log('VIOLATION', code, detail));
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => void pbx.close().then(() => process.exit(0)));
