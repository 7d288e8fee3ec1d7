// The lamps, in the words of the admin's language, and the checks behind them.
import type { Hono } from 'hono';
import { LAMP_IDS, type Lamp, type LampView } from '../../../shared/lamps.ts';
import type { Language } from '../../../shared/texts/language.ts';
import { say } from '../../../shared/texts/say.ts';
import { connectorOf, type HttpEnv, languageFor } from '../context.ts';
import type { Edge } from '../deps.ts';
import { Refused, unwrap } from '../problem.ts';
import { resource } from '../resource.ts';

export function statusRoutes(app: Hono<HttpEnv>, edge: Edge): void {
  app.all(
    '/api/status',
    resource({
      GET: async (c) => {
        const lamps = unwrap(await edge.connector(connectorOf(c)).status());
        return Response.json(lamps.map((lamp) => lampView(lamp, languageFor(c))));
      },
    }),
  );

  app.all(
    '/api/checks/:lampId',
    resource({
      POST: async (c) => {
        const id = LAMP_IDS.find((lampId) => lampId === c.req.param('lampId'));
        if (!id) {
          throw new Refused(
            'not-found',
            `There is no such lamp; there are ${LAMP_IDS.join(', ')}.`,
          );
        }
        const lamp = unwrap(await edge.connector(connectorOf(c)).check(id));
        return Response.json(lampView(lamp, languageFor(c)));
      },
    }),
  );
}

/** A lamp as it is shown. */
export function lampView({ id, state, since, code, params }: Lamp, language: Language): LampView {
  return { id, state, since: new Date(since).toISOString(), ...say(language, code, params) };
}
