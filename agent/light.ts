// Makes V8 content with little. By itself it takes room for new objects, lets old ones pile up, and
// compiles with its optimising compiler, as a server with memory to spare would want it: a third of the
// agent's memory, for a speed it does not need. Said at run time, so that it holds however the one file
// is started; imported first, before that room has grown.
import { setFlagsFromString } from 'node:v8';

for (const flag of ['--semi-space-growth-factor=1', '--optimize-for-size', '--no-opt']) {
  try {
    setFlagsFromString(flag);
  } catch {
    // Deno has no such thing, and needs none.
  }
}
