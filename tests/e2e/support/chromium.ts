// Debian's browser without its windows, which takes half the work; and for what it lacks the one that people use, or that of
// MINDSPACE_CHROMIUM.
export const headlessShellPath = '/usr/bin/chromium-headless-shell';
export const chromiumPath = process.env['MINDSPACE_CHROMIUM'] ?? '/usr/bin/chromium';

export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
