// When a table has something to do next. What is due already is under way; both have to be known,
// because the one must not hide the other.
import type { Database } from './database.ts';

export interface Upcoming {
  /** Something is due by `now`. */
  overdue: boolean;
  /** Epoch ms of what comes first after `now`; `null`: nothing. */
  nextAt: number | null;
}

type DueTable = 'agenda' | 'pair' | 'teams_farewell';

export function upcoming(database: Database, table: DueTable, now: number): Upcoming {
  const due = database.all(`SELECT 1 FROM ${table} WHERE due_at <= ? LIMIT 1`, now);
  const next = database.first<{ at: number | null }>(
    `SELECT min(due_at) AS at FROM ${table} WHERE due_at > ?`,
    now,
  );
  return { overdue: due.length > 0, nextAt: next?.at ?? null };
}
