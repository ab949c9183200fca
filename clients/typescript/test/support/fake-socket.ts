import type { ClientMessage, ServerMessage, Socket } from '../../src/index.js';

/** A WebSocket whose server is the test. */
export class FakeSocket implements Socket {
    static opened: FakeSocket[] = [];
    /** Whether new ones open by themselves and get a welcome. */
    static isAvailable = true;

    readyState = 0;
    readonly sent: ClientMessage[] = [];
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onclose: ((event: { code: number }) => void) | null = null;
    onerror: (() => void) | null = null;

    constructor(readonly url: string) {
        FakeSocket.opened.push(this);
        queueMicrotask(() => {
            if (!FakeSocket.isAvailable) {
                this.lose(1006);
                return;
            }
            this.readyState = 1;
            this.onopen?.();
        });
    }

    static get last(): FakeSocket {
        return FakeSocket.opened.at(-1)!;
    }

    send(text: string): void {
        this.sent.push(JSON.parse(text) as ClientMessage);
    }

    close(): void {
        this.readyState = 3;
    }

    /** From the server. */
    receive(message: ServerMessage | string): void {
        this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
    }

    /** Closed by the server, or by the network. */
    lose(code: number): void {
        this.readyState = 3;
        this.onclose?.({ code });
    }
}
