// What the client's pages may load and do: nothing but our own files and our own API. `vite preview` sends it, and the program
// does (src/services/gateway). No inline script or style; DOM sinks take no strings, except that the policy `mindspace`
// names the service worker.
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types mindspace',
].join('; ');
