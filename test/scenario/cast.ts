// The persons of a scenario by one name on both sides, and whether both sides show the same of them.
import { deepEqual } from 'node:assert/strict';
import { isEqual, mappingOf } from '../../shared/presence/mapping.ts';
import type { SetUp } from '../sim/demo/set-up.ts';
import { becomes, eventually } from './eventually.ts';

export interface LampView {
  id: string;
  state: string;
  message: string;
  action: string;
}

interface UserView {
  teams?: { id: string; activity: string | null };
  pbx?: { activity: string | null };
}

/** Whom both sides know, by their SIP name. */
export const NAMES = ['alice', 'bob', 'carol', 'dora', 'erik'] as const;

export function castOf(demo: SetUp) {
  const { microsoft, pbx: phoneSystem } = demo.lab;
  const mapping = mappingOf();

  const pbx = (name: string) => phoneSystem.user(name);
  /** The same person in Teams: display names are equal on both sides in the laboratory. */
  const teamsId = (name: string) => {
    const person = microsoft.users().find(({ displayName }) => displayName === pbx(name).row().cn);
    if (!person) throw new Error(`Teams knows no ${name}.`);
    return person.id;
  };
  const teams = (name: string) => microsoft.teams(teamsId(name));
  const inTeams = (name: string) => () => {
    const { availability, activity } = teams(name).presence();
    return `${availability}/${activity}`;
  };
  const onPbx = (name: string) => () => pbx(name).activity();
  const equal = (name: string) => isEqual(mapping, teams(name).presence(), pbx(name).activity());

  const lamps = () => demo.admin.get<LampView[]>('/api/status');

  return {
    pbx,
    teams,
    teamsId,
    inTeams,
    onPbx,
    lamps,
    async lamp(id: string): Promise<LampView> {
      const found = (await this.lamps()).find((lamp) => lamp.id === id);
      if (!found) throw new Error(`There is no lamp ${id}.`);
      return found;
    },
    isAllGreen: async () => (await lamps()).every(({ state }) => state === 'ok'),
    allGreen(limitMs?: number) {
      return eventually(
        () => this.lamps(),
        (all) => all.every(({ state }) => state === 'ok'),
        limitMs,
      );
    },
    isEqual: equal,
    /** The edge has the answer to all that it wrote: a clock that jumps now takes nothing for lost. */
    nothingOnItsWay(): Promise<LampView> {
      return eventually(
        () => this.lamp('sync'),
        ({ state, message }) => state === 'ok' && !/\d/.test(message),
      );
    },
    areBothSidesEqual: () => NAMES.every(equal),
    /** Resolves once both sides show the same of everybody. */
    bothSidesEqual(limitMs?: number) {
      const different = () =>
        NAMES.filter((name) => !equal(name)).map(
          (name) => `${name}: ${inTeams(name)()} but "${onPbx(name)()}"`,
        );
      return eventually(different, (list) => list.length === 0, limitMs);
    },
    /** The edge has seen what both sides show: what is chosen next is a change to it. */
    async edgeKnows(limitMs?: number): Promise<void> {
      const unknown = async () => {
        const { items } = await demo.admin.get<{ items: UserView[] }>('/api/users?state=paired');
        return NAMES.filter((name) => {
          const { activity } = teams(name).presence();
          const pbxActivity = pbx(name).activity();
          return !items.some(
            (one) =>
              one.teams?.id === teamsId(name) &&
              one.teams.activity === activity &&
              one.pbx?.activity === pbxActivity,
          );
        });
      };
      await eventually(unknown, (names) => names.length === 0, limitMs);
    },
    /** Something different for four of them, two on either side. */
    changeBothSides(): void {
      teams('alice').choose('Busy');
      teams('bob').choose('DoNotDisturb');
      pbx('carol').setPresence('away');
      pbx('dora').setPresence('dnd');
    },
    /** Each of these changes on the other side. Asked of sides that are equal: they are not to be so by undoing it. */
    showsWhatWasChanged(): void {
      const shown = [onPbx('alice')(), onPbx('bob')(), inTeams('carol')(), inTeams('dora')()];
      deepEqual(shown, ['busy', 'dnd', 'Away/Away', 'DoNotDisturb/DoNotDisturb']);
    },
    /** Available on both sides. */
    async quiet(name: string): Promise<void> {
      teams(name).show(null);
      teams(name).choose('Available');
      await becomes(onPbx(name), '');
    },
    /** All of them, and the edge knows it: what is changed next is a change to it. */
    async everybodyAvailable(): Promise<void> {
      for (const name of NAMES) await this.quiet(name);
      await eventually(
        () => demo.admin.get<{ items: UserView[] }>('/api/users?state=paired'),
        ({ items }) =>
          items.every((one) => one.teams?.activity === 'Available' && one.pbx?.activity === ''),
      );
    },
  };
}

export type Cast = ReturnType<typeof castOf>;
