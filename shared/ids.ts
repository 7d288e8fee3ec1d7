// Names of foreign things. Branded, so that a Teams id never lands where a PBX guid belongs.

declare const brand: unique symbol;

/** Object id (GUID) of a user in Microsoft Entra. */
export type TeamsUserId = string & { readonly [brand]: 'TeamsUserId' };

/** Guid of a user on the PBX: 32 hex digits, no dashes. */
export type PbxGuid = string & { readonly [brand]: 'PbxGuid' };

/** `domain/instance`, e.g. `example.com/microsoft365`; names one connector everywhere. */
export type ConnectorName = string & { readonly [brand]: 'ConnectorName' };

/** Marks a string that the border has checked as a Teams user id. */
export const teamsUserId = (id: string): TeamsUserId => id.toLowerCase() as TeamsUserId;

/** Marks a string that the border has checked as a PBX guid. */
export const pbxGuid = (guid: string): PbxGuid => guid as PbxGuid;

const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const INSTANCE = /^[a-z0-9](?:[a-z0-9_-]{0,62})$/i;

/**
 * The connector that the first two segments of a path name, or `undefined` where they cannot name
 * one. The domain is a host name and so compared in lower case; the instance is kept as written,
 * because the original's App Platform is case-sensitive there.
 */
export function connectorName(domain: string, instance: string): ConnectorName | undefined {
  const host = domain.toLowerCase();
  if (!DOMAIN.test(host) || !INSTANCE.test(instance)) return undefined;
  return `${host}/${instance}` as ConnectorName;
}
