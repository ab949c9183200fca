/** What the program serves itself (server-paths.mjs). */
declare const __SERVER_PATHS__: readonly string[];
