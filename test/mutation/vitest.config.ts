// What stands between a mutant of `shared/presence` and its survival: the tests of that folder, alone.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The tables tell a mutant from the rules in milliseconds; random histories are for those that are left. */
class TablesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFuzz = (file: TestSpecification) => Number(file.moduleId.includes('fuzz'));
    return files.toSorted((a, b) => isFuzz(a) - isFuzz(b));
  }
}

export default defineConfig({
  test: {
    include: ['test/shared/presence/**/*.test.ts'],
    setupFiles: ['test/mutation/first-failure.ts'],
    sequence: { sequencer: TablesFirst },
    // Two thirds of a mutant's time were the start of a process for each file.
    isolate: false,
    testTimeout: 30_000,
    // A mutant that lives has survived all of them.
    env: { FUZZ_RUNS: '60', FUZZ_SEED: '20261123' },
  },
});
