import { availableParallelism } from 'node:os';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

// The objects read their environment when they are made, as on Cloudflare.
const bindings = {
  ADMIN_TOKEN: 'test-admin-token',
  SETTINGS_KEY: btoa('0123456789abcdef'.repeat(2)),
};

// Two beds: what runs on Cloudflare is tested inside workerd, the rest in plain Node.
export default defineConfig({
  test: {
    globalSetup: ['./edge/build/vitest.ts'],
    // Most tests wait for processes and sockets, not for a processor; more would make them wait for each other.
    maxWorkers: process.env['CI'] ? 2 : Math.min(8, 2 * availableParallelism()),
    // What the edge logs where all goes well is thousands of lines.
    silent: 'passed-only',
    sequence: { sequencer: LongestFirst },
    // Scenarios of real processes race with their own clock where a machine is overrun: once more, there. Most of
    // those that hold a target of docs/faults.md say `retry: 0`: one that was missed once is missed.
    retry: process.env['CI'] ? 1 : 0,
    provide: { pointsApart: process.env['EVERY_POINT'] ? 1 : 3 },
    projects: [
      {
        plugins: [
          cloudflareTest({ wrangler: { configPath: './wrangler.toml' }, miniflare: { bindings } }),
        ],
        test: {
          name: 'edge',
          include: ['test/edge/**/*.test.ts'],
          setupFiles: ['./test/edge/msal-loaded.ts'],
          testTimeout: 30_000,
          // Each test has connectors of its own; one workerd after the other would take twice as long.
          isolate: false,
        },
      },
      {
        test: {
          name: 'node',
          globalSetup: ['./test/before-all.ts'],
          include: ['test/**/*.test.ts'],
          exclude: ['test/edge/**'],
          testTimeout: 30_000,
          // No test leaves anything behind in its process: to import it all anew for each file is a fifth more.
          isolate: false,
        },
      },
    ],
  },
});
