// What the admin API answers where that is not a view of `connector/rpc.ts` or of `shared/`. Types only:
// the admin page reads the same.
import type { ConnectorName } from '../../../shared/ids.ts';
import type { LampView } from '../../../shared/lamps.ts';
import type { TokenView, Who } from '../../connector/rpc.ts';

/** `GET` and `POST /api/session` of a connector */
export interface SessionAnswer extends OperatorSessionAnswer {
  connector: ConnectorName;
}

/** The same at the root */
export interface OperatorSessionAnswer {
  who: Who;
  /** ISO 8601; absent where the sign-in is not a session of ours. */
  expiresAt?: string;
  /** For `x-csrf-token`; absent as above. */
  csrfToken?: string;
}

/** `POST /api/agents` */
export interface EnrolmentAnswer {
  code: string;
  /** ISO 8601 */
  expiresAt: string;
  /** What to type at the agent. */
  command: string;
}

/** `POST /api/tokens` */
export interface NewTokenAnswer extends TokenView {
  /** Shown this once. */
  token: string;
}

/** `GET /api/connectors`, at the root */
export interface ConnectorsAnswer {
  items: ConnectorItem[];
  /** Cursor of the next page; absent: this was the last. */
  next?: string;
}

export interface ConnectorItem {
  connector: ConnectorName;
  /** The lamp to look at first; `null`: the connector could not be asked, `error` says so. */
  worst: LampView | null;
  error?: string;
}
