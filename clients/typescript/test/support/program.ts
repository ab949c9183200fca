import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const kSettings = [
    // Cheap hashes, and no limit that a test meets by accident.
    'auth.argon2_memory_kib=8',
    'auth.argon2_passes=1',
    'rate_limit.scale=1000',
    'auth.issuer=test',
    'http.port=0',
    'management.port=0',
    'log.format=json',
];

interface LogLine {
    'mindspace.role'?: string;
    'mindspace.port'?: number;
}

/** The real program in a process of its own. */
export class Program {
    private constructor(
        readonly url: string,
        readonly directory: string,
        private readonly process: ChildProcess,
        private readonly ownsDirectory: boolean,
    ) {}

    /** With PostgreSQL and Redis of its own, in a new directory. */
    static async up(...settings: string[]): Promise<Program> {
        const directory = await mkdtemp(join(tmpdir(), 'mindspace-sdk-'));
        // Started by root, the program becomes another user.
        await chmod(directory, 0o755);
        return Program.start('up', directory, true, [`data_dir=${directory}/data`, ...settings]);
    }

    /** Another node of the same deployment. */
    static async beside({ directory }: Pick<Program, 'directory'>, ...settings: string[]): Promise<Program> {
        return Program.start('serve', directory, false, [
            `data_dir=${directory}/${randomUUID()}`,
            `database.url=host=${directory}/data/run user=mindspace dbname=mindspace`,
            `redis.url=${directory}/data/run/redis.sock`,
            `auth.secret_file=${directory}/data/keys/secret`,
            ...settings,
        ]);
    }

    private static async start(
        command: string,
        directory: string,
        owns: boolean,
        settings: string[],
    ): Promise<Program> {
        const binary = process.env['MINDSPACE_SHIPPED_BINARY']!;
        const options = [...kSettings, ...settings].flatMap((setting) => ['--set', setting]);
        // Variables of the test are no settings.
        const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MINDSPACE_')));
        const child = spawn(binary, [command, ...options], { env, stdio: ['ignore', 'pipe', 'inherit'] });
        const lines: string[] = [];
        for await (const line of createInterface(child.stdout)) {
            lines.push(line);
            const event = JSON.parse(line) as LogLine;
            if (event['mindspace.port'] === undefined) continue;
            child.stdout.resume();
            return new Program(`http://localhost:${event['mindspace.port']}`, directory, child, owns);
        }
        throw new Error(`The program did not start:\n${lines.join('\n')}`);
    }

    async stop(): Promise<void> {
        const ended = new Promise((resolve) => this.process.once('exit', resolve));
        this.process.kill('SIGTERM');
        await ended;
        if (this.ownsDirectory) await rm(this.directory, { recursive: true, force: true });
    }
}
