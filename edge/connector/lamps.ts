// What each lamp shows, from the facts. Pure. Lamps stand in the order in which things depend on
// each other, so that the first red one is the place to begin.
import { faultParams } from './faults.ts';
import { type Facts, failed, type Shown, shown } from './lamp-facts.ts';
import {
  notificationUrlLamp,
  readingFailed,
  readingLamp,
  subscriptionsLamp,
  teamsUsersLamp,
  writingLamp,
} from './lamps-of-microsoft.ts';
import { agentLamp, pairingLamp, pbxLamp, rightsLamp } from './lamps-on-site.ts';

/** All lamps, in their order. */
export function lampsOf(facts: Facts): Shown[] {
  return [
    settingsLamp(facts),
    readingLamp(facts),
    writingLamp(facts),
    teamsUsersLamp(facts),
    subscriptionsLamp(facts),
    notificationUrlLamp(facts),
    agentLamp(facts),
    pbxLamp(facts),
    rightsLamp(facts),
    pairingLamp(facts),
    syncLamp(facts),
  ];
}

function settingsLamp({ credential, faults: { tenants, settingsCopy } }: Facts): Shown {
  if (credential === null) return shown('settings', 'error', 'client-secret-missing');
  if (tenants) return failed('settings', tenants, { who: 'the app', about: 'settings app' });
  if (settingsCopy) {
    const fault = { ...settingsCopy, code: 'settings-copy-failing' };
    return failed('settings', fault);
  }
  return shown('settings', 'ok', 'settings-complete');
}

/** Refusals that meet every user alike, not only the one that was written. */
const OF_EVERYBODY: ReadonlySet<string> = new Set(['graph-forbidden', 'graph-not-implemented']);

function syncLamp(facts: Facts): Shown {
  const { settings, sync, pairing, agent, faults, notTaken } = facts;
  const { waiting, failing, fault } = sync;
  if (failing > 0 && fault) {
    const state = OF_EVERYBODY.has(fault.code) ? 'error' : 'warning';
    const params = { count: failing, why: fault.code, about: 'write' };
    return shown('sync', state, 'sync-failing', faultParams(fault, params));
  }
  if (pairing.paired === 0 || agent.name === null) return shown('sync', 'unknown', 'sync-not-yet');
  // Polling has a lamp of its own for this; without it a lost notification is not found.
  if (faults.reading && settings.source !== 'poll') {
    return readingFailed('sync', faults.reading, facts);
  }
  if (waiting > 0) return shown('sync', 'ok', 'sync-waiting', { count: waiting });
  if (notTaken) {
    const params = { name: notTaken.name, activities: notTaken.activities.join(', ') };
    return shown('sync', 'ok', 'in-sync-with-busy', params);
  }
  return shown('sync', 'ok', 'in-sync');
}
