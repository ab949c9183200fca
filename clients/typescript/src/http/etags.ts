const tags = new WeakMap<object, string>();

export function rememberEtag(resource: unknown, etag: string | null): void {
    if (etag && typeof resource === 'object' && resource !== null) tags.set(resource, etag);
}

/** The entity tag of a resource as it was read, for `ifMatch` of a change that must not overwrite another one. */
export function etagOf(resource: object): string | undefined {
    return tags.get(resource);
}
