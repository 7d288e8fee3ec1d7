// What KV says of the connectors that Microsoft tells of, read once a second and not for each notification: to
// fetch, parse and check a record is a third of what a notification costs. A recent one only lets in. What
// it would refuse is asked of KV, and whether the connector is still there its object says.
import type { ConnectorName } from '../../shared/ids.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import { unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';

/** In ms. KV itself may be a minute behind. */
const RECENT_MS = 1_000;
/** Connectors whose record is kept, some KB each: as many as speak in a second, and more. */
const MAX_RECORDS = 1_000;

export interface KnownRecord {
  record: ConnectorRecord;
  /** Read for whoever has it, or for somebody before. */
  isOfNow: boolean;
}

export class RecentRecords {
  readonly #edge: Pick<Edge, 'record' | 'now'>;
  readonly #reads = new Map<ConnectorName, { record: ConnectorRecord; at: number }>();

  constructor(edge: Pick<Edge, 'record' | 'now'>) {
    this.#edge = edge;
  }

  /** As KV showed it within the last second. @throws Refused `connector-unknown` */
  async lately(connector: ConnectorName): Promise<KnownRecord> {
    const read = this.#reads.get(connector);
    // A clock that was set, either way, makes it old.
    const isRecent = read && Math.abs(this.#edge.now() - read.at) < RECENT_MS;
    return isRecent ? { record: read.record, isOfNow: false } : this.now(connector);
  }

  /** As KV shows it now. @throws Refused `connector-unknown` */
  async now(connector: ConnectorName): Promise<KnownRecord> {
    const at = this.#edge.now();
    const record = await this.#edge.record(connector);
    this.#reads.delete(connector);
    if (!record) throw unknownConnector();
    if (this.#reads.size >= MAX_RECORDS) this.#reads.clear();
    this.#reads.set(connector, { record, at });
    return { record, isOfNow: true };
  }
}
