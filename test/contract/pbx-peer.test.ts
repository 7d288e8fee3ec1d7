import { systemClock } from '../../agent/clock.ts';
import { awaitOnce, connectOnce } from '../../agent/pbx/connect.ts';
import { listenForPbxs } from '../../agent/pbx/listen.ts';
import { fakeLog } from '../agent/fake-log.ts';
import { pbxPeerContract } from './pbx-peer.ts';

pbxPeerContract({
  name: 'dialled by the agent',
  async prepare({ name, url, app, password }) {
    const target = { name, address: { url, insecureTls: false }, credentials: { app, password } };
    return {
      open: (ears, deps, signal) => connectOnce(target, ears, deps, signal),
      close: async () => {},
    };
  },
});

pbxPeerContract({
  name: 'that dials the agent',
  async prepare(pbx) {
    const { name, app, password } = pbx;
    const awaited = { name, credentials: { app, password } };
    const deps = { clock: systemClock, log: fakeLog().log };
    const listening = await listenForPbxs({ host: '127.0.0.1', port: 0 }, [awaited], deps);
    const url = `http://127.0.0.1:${listening.port}/${app}`;
    const target = { ...awaited, post: listening.post(name), url };
    return {
      open(ears, more, signal) {
        pbx.dial(url);
        return awaitOnce(target, ears, more, signal);
      },
      close: () => listening.close(),
    };
  },
});
