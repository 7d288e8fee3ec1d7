import { expect, test } from 'vitest';
import { tooOld } from '../../agent/node-version.ts';

test.each(['20.3.0', '20.19.2', '22.23.2', '24.0.0'])('Node %s will do', (version) => {
  expect(tooOld(version)).toBeUndefined();
});

test.each(['18.20.4', '20.2.0'])('Node %s is named as too old, with what to do', (version) => {
  expect(tooOld(version)).toContain(`this is Node ${version}: install a newer one`);
});
