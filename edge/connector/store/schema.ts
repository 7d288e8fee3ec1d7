// The tables of a ConnectorObject. Made when the connector is created and never before: asking an
// object that does not exist must leave no trace. `docs/storage.md` describes each table.

export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE teams_user (
  id TEXT PRIMARY KEY, display_name TEXT NOT NULL, upn TEXT NOT NULL, mail TEXT,
  enabled INTEGER NOT NULL, licensed INTEGER NOT NULL, match TEXT
) WITHOUT ROWID;

CREATE TABLE pbx_user (
  guid TEXT PRIMARY KEY, pbx TEXT NOT NULL, cn TEXT NOT NULL, h323 TEXT NOT NULL,
  e164 TEXT, emails TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE pair (
  teams_id TEXT PRIMARY KEY, guid TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
  in_flight TEXT, due_at INTEGER, failures INTEGER NOT NULL DEFAULT 0, fault TEXT
) WITHOUT ROWID;
CREATE INDEX pair_due ON pair (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE account (
  id TEXT PRIMARY KEY, username TEXT NOT NULL, sealed_password TEXT NOT NULL,
  users TEXT NOT NULL, report TEXT
) WITHOUT ROWID;

CREATE TABLE agent (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, thumbprint TEXT NOT NULL, since INTEGER NOT NULL,
  version TEXT, revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE enrolment (
  id TEXT PRIMARY KEY, name TEXT, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE audit (
  n INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, keys TEXT NOT NULL
);
CREATE TABLE timeline (n INTEGER PRIMARY KEY, teams_id TEXT NOT NULL, entry TEXT NOT NULL);
CREATE INDEX timeline_user ON timeline (teams_id, n);

CREATE TABLE agenda (
  task TEXT PRIMARY KEY, due_at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE lamp (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, since INTEGER NOT NULL, code TEXT NOT NULL, params TEXT NOT NULL
) WITHOUT ROWID;
`;
