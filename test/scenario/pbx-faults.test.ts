// What happens to the PBX and to the line to it, in both ways of connecting: each time both sides are
// equal within 5 s of the link being back, and the agent's log says what was, once.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SetUp, setUp } from '../sim/demo/set-up.ts';
import { agentToml } from '../sim/laboratory.ts';
import { freePort } from '../sim/network/free-port.ts';
import { selfSigned } from '../sim/pbx/self-signed.ts';
import { type Cast, castOf, NAMES } from './cast.ts';
import { becomes, eventually } from './eventually.ts';
import { saidAt } from './log-time.ts';

/** How long after the return of the link both sides may differ, in ms. */
const BACK_WITHIN_MS = 5_000;
/** Within this a dead PBX is noticed, in ms. */
const NOTICED_WITHIN_MS = 15_000;

interface UserView {
  state: string;
  teams?: { displayName: string; activity: string | null };
  pbx?: { sip: string; activity: string | null };
}

/** One line when it is lost, one when it is back. */
const AGAIN = expect.stringMatching(/^info {2}PBX pbx: connected again after [\d.]+ s$/);

describe.each(['the agent dials', 'the PBX dials'] as const)('%s', { retry: 0 }, (way) => {
  const tls = selfSigned();
  const lines: string[] = [];
  let demo: SetUp;
  let cast: Cast;
  let stateDir: string;
  let caFile: string;
  /** What the PBX that dials trusts the agent by. */
  let agentCa = '';
  let certFile: string;
  /** The PBX gives its connection up and makes another; only where it dials. */
  let redial = () => {};

  beforeAll(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'pbx-faults-'));
    caFile = join(stateDir, 'pbx-ca.pem');
    certFile = join(stateDir, 'agent.pem');
    const say = (who: string, line: string) => {
      if (who === 'agent') lines.push(line);
    };
    demo = await setUp({
      stateDir: join(stateDir, 'demo'),
      port: 0,
      say,
      laboratory: { pbxTls: tls },
    });
    const { pbx } = demo.lab;
    const toml = agentToml(demo.lab, {
      edge: demo.connectorUrl,
      stateDir: join(stateDir, 'demo', 'agent'),
    });
    await writeFile(caFile, tls.cert);
    if (way === 'the agent dials') {
      const secure = toml.replace(pbx.url, pbx.secureUrl ?? '');
      await writeFile(demo.configFile, `${secure}ca_file = "${caFile}"\n`);
    } else {
      const port = await freePort();
      await present(selfSigned('agent'));
      const listen = `\n[listen]\naddress = "127.0.0.1:${port}"\ntls_cert = "${certFile}"\ntls_key = "${certFile}.key"\n`;
      await writeFile(demo.configFile, toml.replace(/^url = .*\n/m, '') + listen);
      const url = `https://127.0.0.1:${port}/${pbx.app}.htm`;
      const dial = () => pbx.dial(url, { redialMs: 500, ca: agentCa });
      let dialled = dial();
      redial = () => {
        dialled.stop();
        dialled = dial();
      };
    }
    await demo.restartAgent();
    cast = castOf(demo);
    await cast.allGreen().catch((error: unknown) => {
      throw new Error(`${error}\n${lines.join('\n')}`);
    });
  }, 60_000);

  afterAll(async () => {
    await demo?.close();
    await rm(stateDir, { recursive: true, force: true });
  });

  /** The agent's certificate from now on, trusted by the PBX. */
  async function present({ cert, key }: { cert: string; key: string }): Promise<void> {
    await writeFile(certFile, cert);
    await writeFile(`${certFile}.key`, key);
    agentCa = cert;
  }

  const users = () => demo.admin.get<{ items: UserView[] }>('/api/users');

  /** Available on both sides, and the edge knows it; the log begins here. */
  async function quiet(): Promise<void> {
    for (const name of NAMES) await cast.quiet(name);
    await eventually(users, ({ items }) =>
      items
        .filter(({ state }) => state === 'paired')
        .every(({ teams, pbx }) => teams?.activity === 'Available' && pbx?.activity === ''),
    );
    lines.length = 0;
  }

  /** Lines about the PBX, without time. */
  const log = () => lines.filter((line) => line.includes('PBX pbx:')).map((line) => line.slice(25));

  /** A session stands. */
  const connected = (limitMs?: number) =>
    eventually(
      () => demo.lab.pbx.sessions().filter(({ app }) => app).length,
      (count) => count === 1,
      limitMs,
    );

  it('the PBX reboots', async () => {
    await quiet();
    const back = demo.lab.pbx.reboot({ downMs: 1_500 });
    cast.changeBothSides();
    await back;
    await connected();
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    cast.showsWhatWasChanged();
    expect(log()).toEqual([
      expect.stringMatching(/^warn {2}PBX pbx: the PBX closed the connection/),
      AGAIN,
    ]);
  });

  it('the line dies without a word', async () => {
    await quiet();
    const [before] = demo.lab.pbx.sessions();
    const begun = Date.now();
    demo.lab.pbx.halfOpen();
    cast.changeBothSides();
    await eventually(
      () => lines.join('\n'),
      (text) => text.includes('has said nothing for 14 s'),
      2 * NOTICED_WITHIN_MS,
    );
    // Read later than said: what counts is when it was said.
    expect(saidAt(lines, 'has said nothing') - begun).toBeLessThanOrEqual(NOTICED_WITHIN_MS);
    // When a PBX that dials notices that its line is dead is its own affair.
    redial();
    await eventually(
      () => demo.lab.pbx.sessions().some(({ id, app }) => app && id !== before?.id),
      (isNew) => isNew,
    );
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    cast.showsWhatWasChanged();
    expect(log()).toEqual(['warn  PBX pbx: the PBX has said nothing for 14 s', AGAIN]);
  }, 40_000);

  it.runIf(way === 'the agent dials')('the PBX has another certificate', async () => {
    await quiet();
    const other = selfSigned('pbx after a reset');
    demo.lab.pbx.changeTls(other);
    demo.lab.pbx.cut();
    await eventually(
      () => cast.lamp('pbx'),
      ({ state, message }) => state === 'error' && message.includes('does not trust'),
    );
    cast.changeBothSides();
    await writeFile(caFile, other.cert);
    await connected(BACK_WITHIN_MS);
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    cast.showsWhatWasChanged();
    expect(log().at(-2)).toContain('"ca_file"');
    expect(log().at(-1)).toEqual(AGAIN);
    await cast.allGreen();
  });

  it.runIf(way === 'the PBX dials')(
    'the agent has another certificate',
    async () => {
      await quiet();
      await present(selfSigned('agent, renewed'));
      await eventually(
        () => lines.join('\n'),
        (text) => text.includes('listen: the certificate was renewed'),
        NOTICED_WITHIN_MS,
      );
      cast.changeBothSides();
      redial();
      await connected(BACK_WITHIN_MS);
      await cast.bothSidesEqual(BACK_WITHIN_MS);
      cast.showsWhatWasChanged();
      expect(log()).toEqual([
        expect.stringMatching(/^warn {2}PBX pbx: the PBX closed the connection/),
        AGAIN,
      ]);
    },
    40_000,
  );

  it('a user is renamed while the line is down, and while it is up', async () => {
    await quiet();
    const back = demo.lab.pbx.reboot({ downMs: 300 });
    demo.lab.pbx.updateUser('bob', { h323: 'robert' });
    await back;
    await connected();
    cast.pbx('robert').setPresence('dnd');
    await becomes(cast.inTeams('robert'), 'DoNotDisturb/DoNotDisturb');
    demo.lab.pbx.updateUser('robert', { h323: 'bob' });
    cast.pbx('bob').setPresence('busy');
    await becomes(cast.inTeams('bob'), 'Busy/Busy');
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    expect(demo.lab.pbx.violations).toEqual([]);
  });

  it('users are removed and added while the line is down', async () => {
    await quiet();
    const row = demo.lab.pbx.user('erik').row();
    const { displayName } = demo.lab.microsoft
      .users()
      .find((user) => user.displayName === row.cn) ?? { displayName: '' };
    const stateOf = async () =>
      (await users()).items.find(({ teams }) => teams?.displayName === displayName)?.state;

    let back = demo.lab.pbx.reboot({ downMs: 300 });
    demo.lab.pbx.removeUser('erik');
    await back;
    await connected();
    await eventually(stateOf, (state) => state === 'unmatched', BACK_WITHIN_MS);

    back = demo.lab.pbx.reboot({ downMs: 300 });
    demo.lab.pbx.addUser(row);
    cast.teams('erik').choose('DoNotDisturb');
    await back;
    await connected();
    await eventually(stateOf, (state) => state === 'paired', BACK_WITHIN_MS);
    await cast.bothSidesEqual(BACK_WITHIN_MS);
    await becomes(cast.onPbx('erik'), 'dnd');
  });
});
