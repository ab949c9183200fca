// What the build puts into the service worker (scripts/service-worker.mjs) and into the client (vite.config.ts).

/** The paths of all files of this version, index.html as `/`. */
declare const __PRECACHED__: readonly string[];

/** The name of this version. */
declare const __VERSION__: string;
