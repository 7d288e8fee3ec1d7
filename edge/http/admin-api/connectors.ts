// All connectors with the lamp of each that needs somebody most: the operator's page begins here. KV
// lists them, so one that was created within the last minute may be missing.
import type { Hono } from 'hono';
import * as z from 'zod';
import type { ConnectorName } from '../../../shared/ids.ts';
import { worstOf } from '../../../shared/lamps.ts';
import { late } from '../../../shared/late.ts';
import { type Language, languageOf } from '../../../shared/texts/language.ts';
import { say } from '../../../shared/texts/say.ts';
import { connectorOfKey, RECORD_PREFIX } from '../../connector-record.ts';
import type { Auth } from '../auth.ts';
import { fitting } from '../body.ts';
import type { HttpEnv } from '../context.ts';
import type { Edge } from '../deps.ts';
import { inLanes, withinMs } from '../in-lanes.ts';
import { operatorOnly } from '../operator-only.ts';
import { Refused } from '../problem.ts';
import { resource } from '../resource.ts';
import type { ConnectorItem, ConnectorsAnswer } from './answers.ts';
import { lampView } from './status.ts';

const PAGE_SIZE = 100;
/** As many as may wait for an answer at a time (facts: stack §5). */
const LANES = 6;
/** One that does not answer must not hold up the list, in ms. */
const PATIENCE_MS = 5_000;

export const connectorsQuery = late(() =>
  z.object({ cursor: z.string().min(1).max(1024).optional() }),
);

export function connectorsRoutes(app: Hono<HttpEnv>, edge: Edge, auth: Auth): void {
  app.use('/api/connectors', async (c, next) => {
    c.set('signedIn', await auth.signedIn(c));
    await next();
  });
  app.use('/api/connectors', operatorOnly);
  app.all(
    '/api/connectors',
    resource({
      GET: async (c) => {
        const { cursor } = fitting(connectorsQuery(), c.req.query());
        const { names, next } = await page(edge, cursor);
        const language = languageOf(c.req.header('accept-language'));
        const items = await inLanes(names, LANES, (name) => look(edge, name, language));
        return Response.json({
          // One that was deleted may stay in KV for a while.
          items: items.filter((item) => item !== 'gone'),
          ...(next === undefined ? {} : { next }),
        } satisfies ConnectorsAnswer);
      },
    }),
  );
}

/** In the order of their names, which is the order of KV. */
async function page(edge: Edge, cursor: string | undefined) {
  const options = { prefix: RECORD_PREFIX, limit: PAGE_SIZE, ...(cursor ? { cursor } : {}) };
  const list = await edge.listKeys(options).catch((error: unknown) => {
    if (cursor === undefined) throw error;
    throw new Refused('bad-request', 'The list does not go on from this cursor: begin it anew.');
  });
  const names = list.keys.flatMap(({ name }) => connectorOfKey(name) ?? []);
  return { names, next: list.list_complete ? undefined : list.cursor };
}

async function look(
  edge: Edge,
  connector: ConnectorName,
  language: Language,
): Promise<ConnectorItem | 'gone'> {
  const asked = await withinMs(PATIENCE_MS, edge.connector(connector).status());
  if (asked && !asked.ok && asked.error.code === 'connector-unknown') return 'gone';
  const lamp = asked?.ok ? worstOf(asked.value) : undefined;
  if (lamp) return { connector, worst: lampView(lamp, language) };
  const { message, action } = say(language, 'connector-not-answering');
  return { connector, worst: null, error: `${message} ${action}` };
}
