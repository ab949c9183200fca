import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { contentSecurityPolicy } from './content-security-policy.mjs';
import { compress } from './scripts/compress.mjs';
import { serviceWorker } from './scripts/service-worker.mjs';
import { serverPaths } from './server-paths.mjs';

// The program that `./dev web` and `npm run preview` pass the API's calls on to.
const program = process.env['MINDSPACE_URL'] ?? 'http://localhost:8080';

const proxy = Object.fromEntries(
  serverPaths.map((path) => [
    path,
    // To the program, calls come from its own pages.
    { target: program, ws: path === '/api', changeOrigin: true, headers: { Origin: program } },
  ]),
);

/** Has the browser fetch the fonts of the first page together with the scripts. */
function preloadFonts(): Plugin {
  return {
    name: 'preload-fonts',
    transformIndexHtml(_html, { bundle }) {
      const fonts = Object.keys(bundle ?? {}).filter((file) => /latin-wght-normal.*\.woff2$/.test(file));
      return fonts.map((file) => ({
        tag: 'link',
        attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: true, href: `/${file}` },
        injectTo: 'head' as const,
      }));
    },
  };
}

export default defineConfig({
  plugins: [preloadFonts(), serviceWorker(), compress()],
  define: { __SERVER_PATHS__: JSON.stringify(serverPaths) },
  resolve: {
    // Packages that the client needs and does not bring along.
    dedupe: ['@streamparser/json', 'saxes', 'uuid'],
    alias: { '@mindspace/client': fileURLToPath(new URL('../clients/typescript/src', import.meta.url)) },
  },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { output: { hashCharacters: 'base36', experimentalMinChunkSize: 8_000 } },
  },
  server: { proxy, fs: { allow: ['..'] } },
  test: { include: ['src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'] },
  preview: { proxy, headers: { 'Content-Security-Policy': contentSecurityPolicy } },
});
