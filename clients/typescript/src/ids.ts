/** A new UUIDv7 (RFC 9562): the id of a session or a group that the client creates. */
export function newId(now: number = Date.now()): string {
    const bytes = new Uint8Array(16);
    // React Native has no crypto without a polyfill. An id must be unique, it is no secret.
    const source = (globalThis as { crypto?: Crypto }).crypto;
    if (source) source.getRandomValues(bytes);
    else for (let i = 0; i < 16; ++i) bytes[i] = Math.random() * 256;
    let hex = Math.floor(now).toString(16).padStart(12, '0');
    bytes[6] = (bytes[6]! & 0x0f) | 0x70;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    for (const byte of bytes.subarray(6)) hex += byte.toString(16).padStart(2, '0');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
