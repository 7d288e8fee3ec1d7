// A PBX that hangs up while the doctor looks at it: the doctor comes to an end, and says so.
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../../agent/clock.ts';
import { checkPbx } from '../../../agent/doctor/check-pbx.ts';
import type { Finding } from '../../../agent/doctor/finding.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Answers like a PBX with one user, and hangs up when it is asked for `last`. */
async function hangingUpAt(last: string): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    let rows = 0;
    socket.on('error', () => {});
    socket.on('message', (text) => {
      const { mt, src } = JSON.parse(String(text));
      if (mt === last) return socket.terminate();
      if (mt === 'KeepAlive') return;
      const more: Record<string, object> = {
        AppChallenge: { challenge: '0123456789abcdef' },
        MonitorConfig: { pbx: 'pbx', domain: 'example.com' },
        ReplicateNext: rows === 0 ? { columns: { guid: 'guid', h323: 'alice' } } : {},
      };
      if (mt === 'ReplicateNext') rows += 1;
      socket.send(JSON.stringify({ mt: `${mt}Result`, src, ok: true, ...more[mt] }));
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  ends.push(async () => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each(['GetNodeInfo', 'MonitorConfig', 'ReplicateNext', 'SubscribePresence'])(
  'a PBX that hangs up at %s is named, and no verdict is given',
  async (last) => {
    const findings: Finding[] = [];
    const target = {
      name: 'pbx',
      address: { url: await hangingUpAt(last), insecureTls: false },
      credentials: { app: 'microsoft365', password: 'secret365' },
    };
    const checked = checkPbx(target, systemClock, (finding) => findings.push(finding));
    const hangs = new Promise((resolve) => setTimeout(resolve, 8_000, 'hangs'));
    expect(await Promise.race([checked, hangs])).toBeUndefined();
    expect(findings.filter(({ state }) => state === 'fault').map(({ id }) => id)).toEqual([
      'pbx-silent',
    ]);
  },
);
