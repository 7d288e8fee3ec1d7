// The tables of a ConnectorObject. Made when the connector is created and never before: asking an
// object that does not exist must leave no trace. `docs/storage.md` describes each table.

export const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE teams_user (
  id TEXT PRIMARY KEY, display_name TEXT NOT NULL, upn TEXT NOT NULL, mail TEXT,
  enabled INTEGER NOT NULL, licensed INTEGER NOT NULL, match_state TEXT, match TEXT,
  guid TEXT, sort_key TEXT NOT NULL, words TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX teams_user_guid ON teams_user (guid, enabled, licensed, match_state) WHERE guid IS NOT NULL;

CREATE TABLE pbx_user (
  pbx TEXT NOT NULL, guid TEXT NOT NULL, cn TEXT NOT NULL, h323 TEXT NOT NULL,
  e164 TEXT, emails TEXT NOT NULL, sort_key TEXT NOT NULL, words TEXT NOT NULL,
  PRIMARY KEY (pbx, guid)
) WITHOUT ROWID;
CREATE TABLE pbx_list (
  pbx TEXT NOT NULL, part INTEGER NOT NULL, guids TEXT NOT NULL, PRIMARY KEY (pbx, part)
) WITHOUT ROWID;

CREATE TABLE pair (
  teams_id TEXT PRIMARY KEY, guid TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
  soon INTEGER, due_at INTEGER, faults TEXT, home TEXT, took TEXT, recent TEXT,
  saved_at INTEGER, answered_until INTEGER
) WITHOUT ROWID;
CREATE INDEX pair_due ON pair (due_at, teams_id) WHERE due_at IS NOT NULL;
CREATE TABLE teams_farewell (
  teams_id TEXT PRIMARY KEY, writes TEXT NOT NULL, since INTEGER NOT NULL,
  due_at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE pbx_farewell (
  guid TEXT NOT NULL, contact TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (guid, contact)
) WITHOUT ROWID;

CREATE TABLE account (
  id TEXT PRIMARY KEY, username TEXT, sealed_password TEXT,
  users TEXT NOT NULL, report TEXT
) WITHOUT ROWID;

CREATE TABLE agent (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, thumbprint TEXT NOT NULL, next_thumbprint TEXT,
  since INTEGER NOT NULL, version TEXT, revoked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE pbx_line (
  agent_id TEXT NOT NULL, pbx TEXT NOT NULL, line TEXT NOT NULL, PRIMARY KEY (agent_id, pbx)
) WITHOUT ROWID;
CREATE TABLE enrolment (
  id TEXT PRIMARY KEY, name TEXT, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

CREATE TABLE audit (
  n INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, keys TEXT NOT NULL
);
CREATE TABLE timeline_part (
  teams_id TEXT NOT NULL, slot INTEGER NOT NULL, part INTEGER NOT NULL, since TEXT NOT NULL,
  entries TEXT NOT NULL, PRIMARY KEY (teams_id, slot)
) WITHOUT ROWID;

CREATE TABLE agenda (
  task TEXT PRIMARY KEY, due_at INTEGER NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
  plan INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE lamp (
  id TEXT PRIMARY KEY, state TEXT NOT NULL, code TEXT NOT NULL, since INTEGER NOT NULL
) WITHOUT ROWID;
`;
