// Bytes of a file, piece by piece.

import { ImportError } from './errors.js';
import type { ReadOptions } from './items.js';

/** Reads `size` bytes at `offset`; fewer if the file ends before. */
export async function readAt(file: Blob, offset: number, size: number): Promise<Uint8Array> {
    return new Uint8Array(await file.slice(offset, offset + size).arrayBuffer());
}

/** The file from its beginning, with its progress reported. */
export function streamOf(file: Blob, options: ReadOptions): ReadableStream<Uint8Array> {
    let bytes = 0;
    return file.stream().pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
            transform(chunk, controller) {
                bytes += chunk.byteLength;
                options.onProgress?.(bytes);
                controller.enqueue(chunk);
            },
        }),
    );
}

const kLongestTaskMs = 12;

// Lets a page respond to its user. A timer would take a second each time in a tab in the background.
function nextTask(): Promise<void> {
    return new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
            port1.close();
            resolve();
        };
        port2.postMessage(undefined);
    });
}

/** The chunks of a stream; the stream is cancelled when the loop over them ends early or the signal says so. */
export async function* chunksOf(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const reader = stream.getReader();
    let startedAt = performance.now();
    try {
        for (;;) {
            signal?.throwIfAborted();
            const { done, value } = await reader.read();
            if (done) return;
            yield value;
            if (performance.now() - startedAt < kLongestTaskMs) continue;
            await nextTask();
            startedAt = performance.now();
        }
    } catch (error) {
        // A file that cannot be read now, such as one that was moved, may be readable later.
        const isContent = !(error instanceof ImportError || error instanceof DOMException || signal?.aborted);
        if (!isContent) throw error;
        throw new ImportError('damaged', 'The file cannot be read to its end.', undefined, { cause: error });
    } finally {
        await reader.cancel().catch(() => undefined);
    }
}

/** The text of a stream, with what is not valid in the encoding replaced by U+FFFD. */
export async function* textOf(
    stream: ReadableStream<Uint8Array>,
    encoding: string,
    signal?: AbortSignal,
): AsyncGenerator<string> {
    const decoder = new TextDecoder(encoding);
    for await (const chunk of chunksOf(stream, signal)) {
        const text = decoder.decode(chunk, { stream: true });
        if (text) yield text;
    }
    const rest = decoder.decode();
    if (rest) yield rest;
}
