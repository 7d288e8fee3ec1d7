// Whether the Node that was found on this machine is good enough; an older one fails late, and in words
// that help nobody.

/** The first one with everything that the agent uses (`AbortSignal.any`). */
const LEAST = [20, 3];

/** What to do about a Node that is too old; `undefined`: it is not. @param version as `process.versions.node` */
export function tooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return undefined;
  return `The agent needs Node ${LEAST.join('.')} or newer, and this is Node ${version}: install a newer one (https://nodejs.org), or take the executable of the agent, which needs none.`;
}
