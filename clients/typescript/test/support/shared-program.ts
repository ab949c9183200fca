// One program for all test files.
import type { TestProject } from 'vitest/node';
import { Program } from './program.js';

declare module 'vitest' {
    interface ProvidedContext {
        /** Absent without MINDSPACE_SHIPPED_BINARY: tests that need no program run nevertheless. */
        program: { url: string; directory: string } | undefined;
    }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
    if (process.env['MINDSPACE_SHIPPED_BINARY'] === undefined) return undefined;
    const program = await Program.up();
    project.provide('program', { url: program.url, directory: program.directory });
    return () => program.stop();
}
