import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of a program, which loses, stalls and delays what it forwards. */
export class FaultProxy {
    readonly #server: Server;
    readonly #connections = new Set<{ client: Socket; upstream: Socket }>();
    #target: string;
    #refusing = false;
    #stalled = false;
    #delayMs = 0;
    #responsesToLose = 0;

    private constructor(target: string) {
        this.#target = target;
        this.#server = createServer({ noDelay: true }, (client) => this.#forward(client));
    }

    static async to(url: string): Promise<FaultProxy> {
        const proxy = new FaultProxy(url);
        await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
        return proxy;
    }

    get url(): string {
        return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
    }

    /** For new connections. */
    set target(url: string) {
        this.#target = url;
    }

    get openConnections(): number {
        return this.#connections.size;
    }

    /** Breaks all connections. */
    cut(): void {
        for (const { client, upstream } of this.#connections) {
            client.resetAndDestroy();
            upstream.destroy();
        }
    }

    /** The network is gone. */
    down(): void {
        this.#refusing = true;
        this.cut();
    }

    up(): void {
        this.#refusing = false;
        this.#stalled = false;
        for (const { client, upstream } of this.#connections) {
            client.resume();
            upstream.resume();
        }
    }

    /** Connections stay open, but nothing gets through. */
    stall(): void {
        this.#stalled = true;
        for (const { client, upstream } of this.#connections) {
            client.pause();
            upstream.pause();
        }
    }

    /** Forwards the next requests, but breaks their connections instead of forwarding the responses. */
    loseResponses(count: number): void {
        this.#responsesToLose = count;
    }

    /** Each way. */
    delay(ms: number): void {
        this.#delayMs = ms;
    }

    async close(): Promise<void> {
        this.cut();
        this.#server.close();
        await once(this.#server, 'close');
    }

    #forward(client: Socket): void {
        if (this.#refusing) {
            client.resetAndDestroy();
            return;
        }
        const upstream = connect({ port: Number(new URL(this.#target).port), host: '127.0.0.1', noDelay: true });
        const connection = { client, upstream };
        this.#connections.add(connection);
        const end = (): void => {
            client.destroy();
            upstream.destroy();
            this.#connections.delete(connection);
        };
        for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
        client.on('data', (data) => this.#pass(upstream, data));
        upstream.on('data', (data) => {
            if (this.#responsesToLose > 0) {
                --this.#responsesToLose;
                client.resetAndDestroy();
                end();
            } else {
                this.#pass(client, data);
            }
        });
        if (this.#stalled) {
            client.pause();
            upstream.pause();
        }
    }

    #pass(to: Socket, data: Buffer): void {
        const write = (): void => void (to.writable && to.write(data));
        if (this.#delayMs > 0) setTimeout(write, this.#delayMs);
        else write();
    }
}
