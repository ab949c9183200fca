// What the program serves itself at the origin of the client; every other path is a page of the client's, or one of its files.
export const serverPaths = [
  '/api',
  '/docs',
  '/.well-known',
  '/openapi.json',
  '/asyncapi.json',
  '/livez',
  '/readyz',
  '/whoami',
];
