// Keeps the screen on while a sit runs, where the browser can. It takes the lock back whenever the page is hidden.
let lock: WakeLockSentinel | undefined;
let wanted = false;

async function acquire(): Promise<void> {
  if (!wanted || lock || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
  try {
    lock = await navigator.wakeLock.request('screen');
    lock.addEventListener('release', () => (lock = undefined));
    if (!wanted) await lock.release();
  } catch {
    // The battery is low, or the browser does not want to: the sit does not depend on it.
  }
}

document.addEventListener('visibilitychange', () => void acquire());

export function keepScreenOn(on: boolean): void {
  wanted = on;
  if (on) void acquire();
  else void lock?.release();
}
