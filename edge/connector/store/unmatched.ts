// Whether somebody may belong to somebody else than when everybody was matched last. Stored before what makes it so:
// whatever breaks after that, the matching follows.
import type { Database } from './database.ts';

const UNMATCHED = 'pbx-users-unmatched';

export const noteUnmatched = (database: Database): void => database.write(UNMATCHED, true);

export const isUnmatched = (database: Database): boolean =>
  database.read<boolean>(UNMATCHED) ?? false;

export const noteMatched = (database: Database): void => database.forget(UNMATCHED);
