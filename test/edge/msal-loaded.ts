// MSAL is there before a test begins: loading it takes longer than a bed waits for something to move, and the first test
// that signed in would look for what comes after it too early.
import { msalNode } from '../../edge/msal/load.ts';

await msalNode();
