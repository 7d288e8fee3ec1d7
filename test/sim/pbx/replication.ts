/**
 * PbxTableUsers (facts §3.1): the user table, pulled row by row, then pushed as it changes. Read only:
 * rows that a replicator wants to write are refused. A stored USN is ignored, every start is a full one.
 */
import type { DirectoryChange } from './directory.ts';
import { checkFields } from './fields.ts';
import { errorMessage, failed, indication, type Message, result } from './messages.ts';
import { type Api, type ApiContext, holds } from './node.ts';
import type { PbxUser } from './users.ts';

const lists = ['emails', 'allows', 't-allows', 'grps', 'devices', 'cds', 'forks', 'wakeups'];
const columnNames = new Set([
  ...[
    'guid',
    'h323',
    'pwd',
    'cn',
    'dn',
    'apps-my',
    'config',
    'node',
    'loc',
    'hide',
    'e164',
    'cfpr',
  ],
  ...['t-cfpr', 'pseudo', 'h323-email', 'apps', 'fax', ...lists],
]);

/** More types in one request have sent a PBX into a watchdog reboot. */
const MAX_PSEUDO_TYPES = 20;

interface Replication {
  columns: string[];
  pseudo: string[];
  /** Rows not delivered yet. */
  waiting: string[];
  delivered: Set<string>;
}

/** PbxTableUsers on one connection. */
export function createReplication(context: ApiContext): Api {
  const { node } = context;
  let running: Replication | undefined;
  // Pushes bear the src of the last request, as captured (facts §3.1).
  let src: string | undefined;

  const belongs = (user: PbxUser) =>
    holds(node, user) && (running?.pseudo ?? []).includes(user.pseudo ?? '');

  function start(request: Message): void {
    const { unknown, wrong } = checkFields(request, {
      add: 'boolean',
      del: 'boolean',
      columns: 'object',
      pseudo: 'strings',
      guid: 'string',
      usn: 'number',
    });
    if (unknown.length > 0) context.violation('unknown-field', `ReplicateStart: ${unknown}`);
    if (wrong.length > 0 || !request['columns']) {
      context.violation('wrong-type', `ReplicateStart: ${wrong.join() || 'columns is missing'}`);
      context.send(failed(request, 2, 'Invalid request'));
      return;
    }
    const asked = Object.keys(request['columns'] as object);
    const pseudo = (request['pseudo'] as string[] | undefined) ?? [''];
    if (asked.includes('pwd')) context.violation('pwd-column', 'asked for the passwords');
    const foreign = asked.filter((column) => !columnNames.has(column));
    if (foreign.length > 0) context.violation('unknown-column', foreign.join());
    if (pseudo.length > MAX_PSEUDO_TYPES) {
      context.violation('too-many-pseudo', `${pseudo.length} pseudo types: watchdog reboot`);
      void node.reboot({ downMs: node.knobs.watchdogDownMs });
      return;
    }
    const columns = asked.filter((column) => columnNames.has(column) && column !== 'pwd');
    running = { columns, pseudo, waiting: [], delivered: new Set() };
    running.waiting = node.directory
      .all()
      .filter(belongs)
      .map(({ guid }) => guid)
      .reverse();
    const described = Object.fromEntries(columns.map((column) => [column, {}]));
    const { guid } = node.directory;
    context.send(result(request, { guid, usn: node.directory.usn(), columns: described }));
  }

  function next(request: Message): void {
    if (!running) {
      context.violation('next-without-start', '');
      context.send(failed(request, 3, 'Replication not started'));
      return;
    }
    for (let guid = running.waiting.pop(); guid !== undefined; guid = running.waiting.pop()) {
      const user = node.directory.byGuid(guid);
      if (!user || !belongs(user)) continue;
      running.delivered.add(guid);
      const usn = node.directory.usnOf(guid);
      context.send(result(request, { usn, columns: row(user, running.columns) }));
      return;
    }
    context.send(result(request));
  }

  function row(user: PbxUser, columns: string[]): Record<string, unknown> {
    const cells: [string, unknown][] = [];
    for (const column of columns) {
      const value = (user as unknown as Record<string, unknown>)[column];
      if (Array.isArray(value) && value.length > 0) cells.push([column, value]);
      else if (lists.includes(column)) {
        if (node.knobs.emptyArrays === 'present') cells.push([column, []]);
      } else if (value !== undefined && value !== '') cells.push([column, value]);
    }
    return Object.fromEntries(cells);
  }

  function push(mt: string, columns: Record<string, unknown>): void {
    context.send(indication('PbxTableUsers', mt, src, { columns }));
  }

  const stop = node.directory.changes.on(({ kind, user }: DirectoryChange) => {
    if (!running) return;
    const known = running.delivered.has(user.guid);
    if (kind !== 'del' && belongs(user)) {
      // A row that waits is delivered as it is then: no push needed.
      if (running.waiting.includes(user.guid)) return;
      running.delivered.add(user.guid);
      push(known ? 'ReplicateUpdate' : 'ReplicateAdd', row(user, running.columns));
    } else if (known) {
      running.delivered.delete(user.guid);
      push('ReplicateDel', { guid: user.guid });
    }
  });

  return {
    handle(request) {
      src = request.src;
      if (request.mt === 'ReplicateStart') return start(request);
      if (request.mt === 'ReplicateNext') return next(request);
      const write = ['ReplicateAdd', 'ReplicateUpdate', 'ReplicateDel'].includes(request.mt);
      context.violation(write ? 'replication-write' : 'unknown-mt', request.mt);
      context.send(errorMessage(write ? 'read only' : `unknown mt ${request.mt}`, request));
    },
    close: stop,
  };
}
