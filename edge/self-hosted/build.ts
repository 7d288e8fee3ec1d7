// `npm run build:edge`: makes the bundle of the self-hosted edge, for whoever installs and upgrades it. The edge
// itself then needs to write nothing but its STATE_DIR. Ends with 0 when the bundle is up to date. Arguments name
// the wrangler.toml of another Worker and a directory for its bundle, for tests.
import { bundle } from './bundle.ts';
import { StartFault } from './fault.ts';
import { EDGE } from './start-edge.ts';
import { toldToStop } from './told-to-stop.ts';

// Whoever makes it, the user of the edge reads it.
process.umask(0o022);
const signal = toldToStop();
const [, , config = EDGE.wranglerConfig, directory = EDGE.bundleDir] = process.argv;
try {
  const isLasting = await bundle(config, directory, signal);
  console.error(
    isLasting
      ? `${directory} is up to date.`
      : `Sources were changed while ${directory} was made. Run "npm run build:edge" once more.`,
  );
  process.exitCode = isLasting ? 0 : 1;
} catch (error) {
  process.exitCode = 1;
  if (error instanceof StartFault) console.error(error.message);
  else if (!signal.aborted) throw error;
}
