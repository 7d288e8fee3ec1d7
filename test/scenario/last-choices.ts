// Whether what people chose last is what both sides show: equal sides may also show the choice of the one who
// should have lost.
import type { Choice } from '../sim/demo/life.ts';
import type { Cast } from './cast.ts';

/** The choice still shows where it was made, and the other side shows the same. */
export function stands(cast: Cast, { name, side, activity }: Choice): boolean {
  const shows = side === 'teams' ? cast.teams(name).presence().activity : cast.pbx(name).activity();
  return shows === activity && cast.isEqual(name);
}

/** Choices since both sides were last quiet and equal, each person's on one side or on both. */
export function lastChoices(cast: Cast) {
  const last = new Map<string, Choice | 'on both sides'>();
  return {
    note(choice: Choice | undefined): void {
      if (!choice) return;
      const before = last.get(choice.name) ?? choice;
      const isOneSided = before !== 'on both sides' && before.side === choice.side;
      last.set(choice.name, isOneSided ? choice : 'on both sides');
    },
    /** Of whom, by default of everybody, nothing is known any more, but that their sides are equal. */
    forget(whose: (choice: Choice) => boolean = () => true): void {
      for (const [name, choice] of last) {
        if (choice === 'on both sides' || whose(choice)) last.delete(name);
      }
    },
    /**
     * Choices that have to win and do not show. Chosen on both sides during a gap the more closed one wins (R22), and
     * an available on the PBX that came with a gap is no information (R23): those are not judged.
     */
    lost(): string[] {
      return [...last.values()].flatMap((choice) => {
        if (choice === 'on both sides' || choice.activity === '' || stands(cast, choice)) return [];
        return [lostOf(cast, choice)];
      });
    },
  };
}

export const lostOf = (cast: Cast, { name, side, activity }: Choice): string =>
  `${name} chose "${activity}" (${side}): ${cast.inTeams(name)()}, "${cast.onPbx(name)()}"`;
