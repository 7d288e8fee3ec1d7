// What follows from a change of settings, up to the end of the connector.
import { accepted, type Outcome, refused } from '../../shared/errors.ts';
import type { TeamsUserId } from '../../shared/ids.ts';
import { CLOSE } from '../../shared/protocol/close-codes.ts';
import { SIGN_IN_KEYS } from './microsoft.ts';
import type { Parts } from './parts.ts';
import type { Who } from './rpc.ts';
import type { Written } from './settings-desk.ts';

/** Settings that change what a presence on one side means on the other. */
const PRESENCE_KEYS = ['mapping', 'directions', 'pbxContact'];
/** Settings that change who belongs to whom. */
const PAIRING_KEYS = ['matching', 'overrides', 'masterPbx'];

/** Acts on settings that were just stored; the copy in KV is there when it resolves. */
export async function applySettings(parts: Parts, who: Who, written: Written): Promise<void> {
  const { context, audit, microsoft, directoryDesk, tasks, outbox, pairs, presence } = parts;
  const { changed, answer } = written;
  const touches = (keys: readonly string[]) => changed.some((key) => keys.includes(key));
  audit.add(context.now(), who, answer.created ? 'connector created' : 'settings changed', changed);

  if (touches(SIGN_IN_KEYS)) {
    microsoft.reset();
    directoryDesk.startOver();
    outbox.release();
  }
  if (touches(['masterPbx'])) context.database.run("DELETE FROM meta WHERE key = 'master'");
  if (!answer.created && touches(PRESENCE_KEYS)) {
    for (const pair of pairs.all()) presence.apply(pair, { kind: 'rules-changed' });
  }
  if (touches(PAIRING_KEYS)) {
    for (const [pbx, line] of Object.entries(parts.agents.lines())) parts.lineUp(pbx, line);
    tasks.soon('pairing');
  }
  tasks.soon('tenants');
  await tasks.runNow('settings-copy');
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

/** Takes back everything of ours on both sides, and erases the rest. */
export async function deleteConnector(parts: Parts): Promise<void> {
  const { context, desk, pairs, agents, accounts } = parts;
  await Promise.all(pairs.all().map((pair) => parts.takeBack(pair)));
  await desk.unpublish();
  await Promise.allSettled(accounts.all().map(({ id }) => accounts.remove(id)));
  agents.closeAll(CLOSE.connectorDeleted, 'The connector was deleted.');
  await context.database.erase();
  desk.forget();
}
