// Where things lie when nothing is said: on Linux as DESIGN §7 has it, on Windows below ProgramData.
import { posix, win32 } from 'node:path';

export interface Places {
  readonly configFile: string;
  readonly stateDir: string;
}

export function placesOn(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
): Places {
  if (platform !== 'win32') {
    return {
      configFile: posix.join('/etc', 'presence-agent', 'config.toml'),
      stateDir: posix.join('/var', 'lib', 'presence-agent'),
    };
  }
  const home = win32.join(env['ProgramData'] ?? 'C:\\ProgramData', 'presence-agent');
  return { configFile: win32.join(home, 'config.toml'), stateDir: win32.join(home, 'state') };
}

export const places: Places = placesOn(process.platform, process.env);
