// What the doctor found: one fact each, and what to do about it.

export type FindingState = 'ok' | 'warning' | 'fault' | 'skipped';

export interface Finding {
  /** Stable, e.g. `pbx-login`; of what is in order, the name of the check. */
  readonly id: string;
  /** What was looked at: `settings`, `this machine`, `edge`, `PBX <name>`. */
  readonly about: string;
  readonly state: FindingState;
  /** A sentence: what is. */
  readonly text: string;
  /** A sentence: what to do. */
  readonly action?: string;
  /** Users it is about; shown, but never in a report that leaves the house. */
  readonly names?: readonly string[];
}

export interface Findings {
  ok(id: string, text: string): void;
  warning(id: string, text: string, action: string, names?: readonly string[]): void;
  fault(id: string, text: string, action: string, names?: readonly string[]): void;
  skipped(id: string, text: string): void;
}

/** A place for what is found about one thing. */
export function findingsAbout(about: string, take: (finding: Finding) => void): Findings {
  const bad =
    (state: 'warning' | 'fault') =>
    (id: string, text: string, action: string, names: readonly string[] = []) =>
      take({ id, about, state, text, action, ...(names.length > 0 ? { names } : {}) });
  return {
    ok: (id, text) => take({ id, about, state: 'ok', text }),
    warning: bad('warning'),
    fault: bad('fault'),
    skipped: (id, text) => take({ id, about, state: 'skipped', text }),
  };
}

const MARK: Record<FindingState, string> = {
  ok: 'ok     ',
  warning: 'WARNING',
  fault: 'FAULT  ',
  skipped: 'skipped',
};
const NAMES_SHOWN = 5;

/** The same for people, as lines. */
export function findingLines({ about, state, id, text, action, names = [] }: Finding): string[] {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  const code = state === 'ok' || state === 'skipped' ? '' : ` [${id}]`;
  return [
    `${MARK[state]}  ${about}: ${text}${shown ? `: ${shown}${more}` : ''}${code}`,
    ...(action ? [`         → ${action}`] : []),
  ];
}
