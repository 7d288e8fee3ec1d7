// What of a connector's record its notifications are checked by, for the second after it was read of KV: to fetch,
// parse and check a record would be a third of what a notification costs. A recent one only lets in: what
// it would drop is KV's to decide, and whether the connector is still there its object says.
import type { ConnectorName } from '../../shared/ids.ts';
import type { ConnectorRecord } from '../connector-record.ts';
import { type Cloud, cloudOf } from '../graph/clouds.ts';
import { unknownConnector } from './context.ts';
import type { Edge } from './deps.ts';

/** In ms. KV itself may be a minute behind. */
const RECENT_MS = 1_000;
/** Connectors remembered, some KB each: as many as speak in a second, and more. */
const MAX_CONNECTORS = 1_000;

/** Of a record, with nothing of its users: an isolate remembers it. */
export interface CheckedBy extends Pick<ConnectorRecord, 'reading' | 'decryptionKeys'> {
  cloud: Cloud;
  /** Whether KV was asked just now; otherwise it was for a request before. */
  isOfNow: boolean;
}

export class RecentRecords {
  readonly #edge: Pick<Edge, 'record' | 'now'>;
  readonly #recent = new Map<ConnectorName, { by: CheckedBy; at: number }>();

  constructor(edge: Pick<Edge, 'record' | 'now'>) {
    this.#edge = edge;
  }

  /** As KV showed it within the last second. @throws Refused `connector-unknown` */
  async lately(connector: ConnectorName): Promise<CheckedBy> {
    const read = this.#recent.get(connector);
    // A clock that was set, either way, makes it old.
    const isRecent = read && Math.abs(this.#edge.now() - read.at) < RECENT_MS;
    return isRecent ? read.by : this.anew(connector);
  }

  /** As KV shows it now. @throws Refused `connector-unknown` */
  async anew(connector: ConnectorName): Promise<CheckedBy> {
    const at = this.#edge.now();
    const record = await this.#edge.record(connector);
    this.#recent.delete(connector);
    if (!record) throw unknownConnector();
    if (this.#recent.size >= MAX_CONNECTORS) this.#recent.clear();
    const { reading, decryptionKeys, settings } = record;
    const by = { reading, decryptionKeys, cloud: cloudOf(settings['cloud']) };
    this.#recent.set(connector, { by: { ...by, isOfNow: false }, at });
    return { ...by, isOfNow: true };
  }
}
