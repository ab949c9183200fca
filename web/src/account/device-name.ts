// How this device is called in the list of devices, as far as the browser tells: `Firefox, Linux`.
const browsers: [RegExp, string][] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrom(e|ium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];

const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

function first(rows: [RegExp, string][], text: string): string | undefined {
  return rows.find(([pattern]) => pattern.test(text))?.[1];
}

/** The names of browser and system in a user agent; empty if neither is known. */
export function nameOfUserAgent(userAgent: string): string {
  return [first(browsers, userAgent), first(systems, userAgent)].filter(Boolean).join(', ');
}

export function deviceName(): string {
  return nameOfUserAgent(navigator.userAgent);
}
