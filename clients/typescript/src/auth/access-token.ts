/** An access token in memory, with its lifetime by this client's clock. */
export class AccessToken {
    constructor(
        readonly text: string,
        readonly issuedAt: number,
        readonly lifetimeMs: number,
    ) {}

    /** Whether it is valid for this long. A clock that was turned back makes it invalid. */
    isValidFor(ms: number, now: number = Date.now()): boolean {
        const age = now - this.issuedAt;
        return age >= 0 && age + Math.min(ms, this.lifetimeMs / 2) < this.lifetimeMs;
    }
}
