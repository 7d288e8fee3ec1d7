import { expect, test } from 'vitest';
import { placesOn } from '../../agent/places.ts';

test.each([
  ['linux', {}, '/etc/presence-agent/config.toml', '/var/lib/presence-agent'],
  [
    'win32',
    { ProgramData: 'D:\\Data' },
    'D:\\Data\\presence-agent\\config.toml',
    'D:\\Data\\presence-agent\\state',
  ],
] as const)('on %s', (platform, env, configFile, stateDir) => {
  expect(placesOn(platform, env)).toEqual({ configFile, stateDir });
});
