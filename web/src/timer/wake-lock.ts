// Keeps the screen on while a sit runs, here or in a group, where the browser can. It takes the lock back whenever the page is
// hidden.
let lock: WakeLockSentinel | undefined;
const wanted = new Set<'sit' | 'room'>();

async function acquire(): Promise<void> {
  if (!wanted.size || lock || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return;
  try {
    lock = await navigator.wakeLock.request('screen');
    lock.addEventListener('release', () => (lock = undefined));
    if (!wanted.size) await lock.release();
  } catch {
    // The battery is low, or the browser does not want to: the sit does not depend on it.
  }
}

document.addEventListener('visibilitychange', () => void acquire());

export function keepScreenOn(forWhat: 'sit' | 'room', on: boolean): void {
  if (on) wanted.add(forWhat);
  else wanted.delete(forWhat);
  if (wanted.size) void acquire();
  else void lock?.release();
}
