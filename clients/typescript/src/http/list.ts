export interface Page<T> {
    items: T[];
    /** Where the next page begins; absent or null on the last one. */
    nextCursor?: string | null;
}

/**
 * A list of any length. `for await` reads all of it, page by page as it gets there; `page()` reads one page, which begins at
 * the cursor in the query.
 */
export class List<T> implements AsyncIterable<T> {
    constructor(private readonly fetchPage: (cursor: string | undefined) => Promise<Page<T>>) {}

    page(cursor?: string): Promise<Page<T>> {
        return this.fetchPage(cursor);
    }

    async *pages(): AsyncGenerator<Page<T>, void, undefined> {
        let cursor: string | undefined;
        do {
            const page = await this.fetchPage(cursor);
            yield page;
            cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
    }

    async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
        for await (const page of this.pages()) yield* page.items;
    }
}
