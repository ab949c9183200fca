/** Runs `work` while no other work of this name runs: in no tab of the origin, elsewhere in this process. */
export function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
    const locks = pageLocks();
    if (locks) return locks.request(name, work) as Promise<T>; // its type has a promise too many
    const result = (running.get(name) ?? Promise.resolve()).then(work);
    const settled = result.then(ignore, ignore).finally(() => {
        if (running.get(name) === settled) running.delete(name);
    });
    running.set(name, settled);
    return result;
}

/** Web Locks, in a page that has them. */
export function pageLocks(): LockManager | undefined {
    return typeof document === 'undefined' ? undefined : (navigator as { locks?: LockManager }).locks;
}

const running = new Map<string, Promise<void>>();
const ignore = (): void => undefined;
