// From a row of PbxTableUsers to the user the edge knows. Pure.
import type { PbxUser } from '../../shared/protocol/up.ts';
import { clipped, type UserRow } from './messages.ts';

const EMAIL_LIMIT = 64;

/**
 * @param domain the PBX's system name, where it told us; without it `h323-email` cannot be spelled out
 */
export function userOfRow(row: UserRow, domain: string | undefined): PbxUser {
  const h323 = clipped(row.h323 ?? '');
  const listed = (row.emails ?? []).flatMap(({ email }) => (email ? [clipped(email)] : []));
  const own = row['h323-email'] && h323 && domain ? [clipped(`${h323}@${domain}`)] : [];
  return {
    guid: row.guid,
    cn: clipped(row.cn ?? ''),
    h323,
    ...(row.dn ? { dn: clipped(row.dn) } : {}),
    ...(row.e164 ? { e164: clipped(row.e164) } : {}),
    ...(row.loc ? { loc: clipped(row.loc) } : {}),
    emails: [...new Set([...own, ...listed])].slice(0, EMAIL_LIMIT),
  };
}
