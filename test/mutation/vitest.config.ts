// What stands between a mutant of `shared/presence` and its survival: the tests of that folder, alone.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/shared/presence/**/*.test.ts'],
  },
});
