// Words that several parts of a connector share; rules may know them without knowing the plugs.
import type { PbxFault } from '../../shared/protocol/up.ts';
import type { Fault } from '../graph/account-rpc.ts';

/** A PBX session of an agent, as it told it last. */
export type PbxLine =
  | { state: 'up'; name: string | null; domain: string | null }
  | { state: 'down'; fault: PbxFault };

/** What became of the last sign-in of the app that writes. */
export type SignIn = { state: 'unknown' } | { state: 'ok' } | { state: 'failed'; fault: Fault };
