import { defineConfig } from 'vitest/config';

export default defineConfig({
    test: {
        include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
        globalSetup: 'test/support/shared-program.ts',
        pool: 'forks',
        // Node.js 20 has WebSocket only with this flag.
        poolOptions: { forks: { execArgv: ['--experimental-websocket'], maxForks: 2 } },
        // Hosts are slow at times.
        testTimeout: 60_000,
        hookTimeout: 120_000,
        expect: { poll: { timeout: 30_000 } },
    },
});
