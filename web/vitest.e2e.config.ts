// The tests in a real browser (tests/e2e), which use the packages of web/.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { dedupe: ['axe-core', 'playwright-core', 'qr', 'uuid', 'vitest'] },
  server: { fs: { allow: ['..'] } },
  test: {
    dir: '../tests/e2e',
    include: ['**/*.test.ts'],
    globalSetup: '../tests/e2e/support/program.ts',
    expect: { poll: { timeout: 120_000 } },
    testTimeout: 600_000,
    hookTimeout: 300_000,
    // One after the other in one process, with one browser: each waits for the same two cores.
    pool: 'forks',
    poolOptions: { forks: { singleFork: true } },
    isolate: false,
    fileParallelism: false,
  },
});
