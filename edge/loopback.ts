// Which host names mean this very machine: only towards those is plain http accepted.

const LOOPBACK_V4 = /^127(?:\.\d{1,3}){3}$/;

/** Whether a URL's `hostname` is a loopback address. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  hostname === '::1' ||
  LOOPBACK_V4.test(hostname);
