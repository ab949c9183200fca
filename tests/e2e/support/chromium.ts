// Debian's browser, or that of MINDSPACE_CHROMIUM.
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
