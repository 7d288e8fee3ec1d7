// The doctor looks at the two boxes that users need under Visibility: Presence and On the phone. As far as
// the PBX lets it be seen: by asking for presence, and by what users' own lists say.
import type { PbxUser } from '../../shared/protocol/up.ts';
import type { Clock } from '../clock.ts';
import { createLog } from '../log.ts';
import { Presence } from '../pbx/presence.ts';
import type { Lacking } from '../pbx/rights.ts';
import type { Session } from '../pbx/session.ts';
import type { Findings } from './finding.ts';

/** Users whose presence is asked for, and how long it may take to come, in ms. */
const SAMPLE = 40;
const PRESENCE_MS = 3_000;

export interface Directory {
  readonly users: readonly PbxUser[];
  /** By guid, as users' own lists say. */
  readonly lacking: ReadonlyMap<string, Lacking>;
}

export async function checkRights(
  session: Session,
  app: string,
  { users, lacking }: Directory,
  { clock, it }: { clock: Clock; it: Findings },
): Promise<void> {
  const sample = users.filter(({ h323 }) => h323 !== '').slice(0, SAMPLE);
  const unseen = await unseenOf(session, app, sample, clock);
  if (!unseen) return hungUp(it);
  const named = (is: (user: PbxUser) => boolean) =>
    users.filter(is).map(({ cn, h323, guid }) => cn || h323 || guid);
  const hidden = (guid: string) => unseen.has(guid) || lacking.get(guid) === 'presence';
  const noPresence = named(({ guid }) => hidden(guid));
  const noCalls = named(({ guid }) => lacking.get(guid) === 'calls' && !hidden(guid));
  const tick = (right: string) =>
    `tick "${right}" for the App object "${app}" under Visibility, best in the template of the users`;
  if (noPresence.length === 0) {
    it.ok('pbx-rights', `the presence of users can be seen (${sample.length} tried)`);
  } else if (sample.length > 0 && unseen.size === sample.length) {
    const text = 'the presence of no user may be seen';
    it.fault('pbx-rights', text, tick('Presence'), noPresence);
  } else {
    const text = 'the presence of some users may not be seen';
    it.warning('pbx-rights', text, tick('Presence'), noPresence);
  }
  if (noCalls.length > 0) {
    const text = 'calls of some users may not be seen: Teams will not show them as in a call';
    it.warning('pbx-rights-calls', text, tick('On the phone'), noCalls);
  }
}

/** The PBX ends the connection while it is looked at. */
export const hungUp = (it: Findings): void =>
  it.fault('pbx-silent', 'the PBX closed the connection meanwhile', 'look whether the PBX is well');

/** Guids of those whose presence does not come when it is asked for; `undefined`: the session ended. */
async function unseenOf(
  session: Session,
  app: string,
  sample: readonly PbxUser[],
  clock: Clock,
): Promise<Set<string> | undefined> {
  const unseen = new Set(sample.map(({ guid }) => guid));
  let isOver = false;
  await new Promise<void>((resolve) => {
    session.within(PRESENCE_MS, (why) => {
      isOver = why === 'gone';
      resolve();
    });
    const ears = {
      items(guid: string) {
        unseen.delete(guid);
        if (unseen.size === 0) resolve();
      },
      noItems() {},
      refused() {},
    };
    const quiet = createLog({ level: 'error', write: () => {}, now: clock.now });
    const presence = new Presence(session, app, ears, quiet);
    for (const { guid, h323 } of sample) presence.watch(guid, h323);
    if (sample.length === 0) resolve();
  });
  return isOver ? undefined : unseen;
}
