import { defineConfig } from 'vitest/config';

export default defineConfig({
    test: {
        include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
        // Node.js 20 has WebSocket only with this flag.
        poolOptions: { forks: { execArgv: ['--experimental-websocket'] } },
        pool: 'forks',
    },
});
