// One program for all test files.
import type { TestProject } from 'vitest/node';
import { Program } from './program.js';

declare module 'vitest' {
    interface ProvidedContext {
        program: { url: string; directory: string };
    }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
    const program = await Program.up();
    project.provide('program', { url: program.url, directory: program.directory });
    return () => program.stop();
}
