import type { Storage } from '../storage/storage.js';

/** What is stored of a login session: with a cookie, only whose it is. */
export interface Login {
    userId: string;
    refreshToken?: string | undefined;
    /** The server has ended it; whose it was is still known. */
    expired?: true;
}

/** The stored login. If the storage fails, such as in a full or forbidden one, it lasts as long as the page. */
export class LoginRecord {
    #memory: Login | undefined;

    constructor(
        private readonly storage: Storage,
        private readonly key: string,
    ) {}

    async read(): Promise<Login | undefined> {
        try {
            const text = await this.storage.getItem(this.key);
            if (text === null) return this.#memory;
            const login = JSON.parse(text) as Partial<Login> | null;
            return typeof login?.userId === 'string' ? (login as Login) : undefined;
        } catch {
            return this.#memory;
        }
    }

    async write(login: Login | undefined): Promise<void> {
        this.#memory = undefined;
        try {
            await (login ? this.storage.setItem(this.key, JSON.stringify(login)) : this.storage.removeItem(this.key));
        } catch {
            this.#memory = login;
            // An older one must not come back.
            await Promise.resolve()
                .then(() => this.storage.removeItem(this.key))
                .catch(() => undefined);
        }
    }
}
