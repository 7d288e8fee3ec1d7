// MSAL, which is a third of all that the Worker would read at its start, loaded when somebody first signs in. It is a
// module of its own beside the Worker's script (wrangler.toml), made small by `edge/build/build-msal.ts`.

/** One and the same for everybody, from the first call on. */
export const msalNode = (): Promise<typeof import('./msal-node.js')> => import('./msal-node.js');
