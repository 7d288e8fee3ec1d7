// The settings of a connector: read, replaced, merged, deleted. The object compares versions.
import type { Hono } from 'hono';
import type { ConnectorName } from '../../../shared/ids.ts';
import { checkSettings, type SettingsInput } from '../../../shared/settings/schema.ts';
import type { VersionedSettings, WriteSettings } from '../../connector/rpc.ts';
import { invalid, jsonOf } from '../body.ts';
import { connectorOf, type HttpEnv, type RequestContext } from '../context.ts';
import type { Edge } from '../deps.ts';
import { etag, ifMatch } from '../etag.ts';
import { Refused, unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

export function settingsRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  const write = async (c: RequestContext, change: WriteSettings['change']) => {
    const connector = connectorOf(c);
    const ifVersion = await versionMeant(edge, connector, c.req.header('if-match'));
    const outcome = await edge.connector(connector).writeSettings({
      connector,
      who: c.get('signedIn').who,
      change,
      ...(ifVersion === undefined ? {} : { ifVersion }),
    });
    const written = unwrap(outcome);
    if (written.created) await edge.pinJurisdiction();
    return answer(written, written.created ? 201 : 200);
  };

  app.all(
    '/api/settings',
    resource({
      GET: async (c) => answer(unwrap(await edge.connector(connectorOf(c)).readSettings()), 200),
      PUT: (c) => write(c, { kind: 'put', settings: checked(jsonOf(c)) }),
      PATCH: (c) => write(c, { kind: 'patch', patch: mergePatchOf(jsonOf(c)) }),
      DELETE: async (c) => {
        const connector = connectorOf(c);
        const ifVersion = await versionMeant(edge, connector, c.req.header('if-match'));
        unwrap(await edge.connector(connector).deleteSettings(c.get('signedIn').who, ifVersion));
        return new Response(null, { status: 204 });
      },
    }),
  );
}

const answer = ({ settings, version }: VersionedSettings, status: 200 | 201): Response =>
  Response.json(settings, { status, headers: { etag: etag(version) } });

function checked(input: unknown): SettingsInput {
  const result = checkSettings(input);
  if (result.ok) return result.settings;
  throw invalid(result.errors);
}

/** What it merges to is checked by the object, which knows what is stored. */
function mergePatchOf(patch: unknown): unknown {
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw invalid([{ path: '', message: 'Must be an object with the settings to change.' }]);
}

/**
 * The version that must still be stored, by `If-Match`; `undefined`: whatever is stored. Where the
 * header leaves several open, the one that is stored now is taken, and the object compares it again.
 */
async function versionMeant(
  edge: Edge,
  connector: ConnectorName,
  header: string | undefined,
): Promise<number | undefined> {
  const wanted = ifMatch(header);
  if (wanted.kind === 'any') return undefined;
  const [only, ...others] = wanted.kind === 'versions' ? wanted.of : [];
  if (only !== undefined && others.length === 0) return only;
  const stored = await edge.connector(connector).readSettings();
  const matches =
    stored.ok && (wanted.kind === 'existing' || wanted.of.includes(stored.value.version));
  if (matches) return stored.value.version;
  throw new Refused('stale-version', 'If-Match names no version of the settings that is stored.');
}
