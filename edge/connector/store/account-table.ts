// The table of a connector's Teams accounts.
import type { TeamsUserId } from '../../../shared/ids.ts';
import type { AccountReport, Credential } from '../../graph/account-rpc.ts';
import type { Account } from '../account.ts';
import type { Database } from './database.ts';

type AccountRow = {
  id: string;
  username: string | null;
  sealed_password: string | null;
  users: string;
  report: string | null;
};

export class AccountTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  all(): Account[] {
    return this.#database.all<AccountRow>('SELECT * FROM account ORDER BY id').map((row) => ({
      id: row.id,
      username: row.username,
      credential: credentialOf(row),
      users: JSON.parse(row.users) as TeamsUserId[],
      report: row.report === null ? null : (JSON.parse(row.report) as AccountReport),
    }));
  }

  insert({ id, username, credential, users, report }: Account): void {
    this.#database.run(
      'INSERT INTO account VALUES (?, ?, ?, ?, ?)',
      id,
      username,
      credential.kind === 'password' ? credential.sealedPassword : null,
      JSON.stringify(users),
      report && JSON.stringify(report),
    );
  }

  remove(id: string): void {
    this.#database.run('DELETE FROM account WHERE id = ?', id);
  }

  setUsers(id: string, users: readonly TeamsUserId[]): void {
    const text = JSON.stringify(users);
    this.#database.run('UPDATE account SET users = ? WHERE id = ?', text, id);
  }

  setReport(id: string, report: AccountReport | null): void {
    const text = report && JSON.stringify(report);
    this.#database.run('UPDATE account SET report = ? WHERE id = ?', text, id);
  }

  setUsername(id: string, username: string): void {
    this.#database.run('UPDATE account SET username = ? WHERE id = ?', username, id);
  }
}

function credentialOf({ username, sealed_password: sealedPassword }: AccountRow): Credential {
  if (sealedPassword === null) return { kind: 'device' };
  return { kind: 'password', username: username ?? '', sealedPassword };
}
