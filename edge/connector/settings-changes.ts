// What follows from a change of settings.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import type { OpenSettings } from '../../shared/settings/schema.ts';
import { SIGN_IN_KEYS } from './microsoft.ts';
import type { Parts } from './parts.ts';
import type { Who } from './rpc.ts';
import { rulesOf, type Written } from './settings-desk.ts';

/** Settings that change what a presence on one side means on the other. */
const PRESENCE_KEYS = ['mapping', 'directions', 'pbxContact'];
/** Settings that change who belongs to whom. */
const PAIRING_KEYS = ['matching', 'overrides', 'masterPbx'];
/** Settings by which a user counts as one, whom Microsoft does not tell anew by itself. */
const USER_KEYS = ['teamsPlans'];

/** Acts on settings that were just stored; their copy in KV is on its way when it resolves. */
export async function applySettings(parts: Parts, who: Who, written: Written): Promise<void> {
  const { context, audit, tasks } = parts;
  const { changed, answer } = written;
  audit.add(context.now(), who, answer.created ? 'connector created' : 'settings changed', changed);
  actOnSettings(parts);
  await tasks.runNow('settings-copy');
}

/** Acts on what has changed in the settings since it was done last: all of it again, where that broke off. */
export function actOnSettings(parts: Parts): void {
  const { desk, microsoft, teamsDirectory, tasks, chores, outbox, reads, timeline } = parts;
  const { unacted } = desk;
  if (!unacted) return;
  const { before, changed } = unacted;
  const touches = (keys: readonly string[]) => changed.some((key) => keys.includes(key));

  if (touches(SIGN_IN_KEYS)) {
    microsoft.reset();
    parts.credential.forget();
    teamsDirectory.startOver();
    outbox.release();
    reads.release();
  }
  // Saving settings reads the users, see the task `tenants`.
  if (touches(USER_KEYS)) teamsDirectory.startOver();
  if (before && touches(PRESENCE_KEYS)) applyRules(parts, before);
  if (!desk.keepsTimeline) timeline.forgetAll();
  if (touches(PAIRING_KEYS)) {
    parts.master.find();
    chores.pairSoon();
  }
  if (touches(['requireLicence'])) {
    if (!desk.settings.requireLicence) parts.rights.forgetLicences();
    parts.tunnel.tellWatchList();
    chores.pairSoon();
  }
  tasks.soon('tenants');
  desk.actedOn();
}

function applyRules(parts: Parts, before: OpenSettings): void {
  const { context, farewellDesk, tunnel, pairs, presence } = parts;
  const old = rulesOf(before);
  const all = pairs.all();
  if (old.contact !== parts.desk.rules.contact) {
    farewellDesk.leaveContact(old);
    // What stands at the new contact is in lists that were read for the old one: they are sent anew.
    const guids = all.map(({ guid }) => guid);
    tunnel.tellPairs(guids, guids);
  }
  for (const pair of all) {
    // What is wrong with one user is nobody else's business; whom storage did not take is saved later.
    try {
      presence.apply(pair, { kind: 'rules-changed' });
    } catch (error) {
      context.log('error', 'presence-failed', { detail: String(error) });
      context.wakeBy(context.now());
    }
  }
}

/** Sets or removes the fixed partner of a Teams user, as one of the settings' overrides. */
export async function setOverride(
  parts: Parts,
  who: Who,
  userId: TeamsUserId,
  pbx: string | null,
): Promise<Outcome<null>> {
  const { desk, directory } = parts;
  const user = directory.teamsUser(userId);
  if (!user) return refused('not-found', 'There is no such user in Teams.');
  const names = [user.id, user.userPrincipalName.toLowerCase()];
  const others = desk.settings.overrides.filter(
    ({ teams }) => !names.includes(teams.toLowerCase()),
  );
  const overrides = pbx === null ? others : [...others, { teams: user.id, pbx }];
  const { connector } = desk;
  const written = await desk.write({
    connector,
    who,
    change: { kind: 'patch', patch: { overrides } },
  });
  if (!written.ok) return written;
  await applySettings(parts, who, written.value);
  return accepted(null);
}
