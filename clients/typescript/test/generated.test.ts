import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { sharedProgram } from './support/people.js';
import { generate } from '../scripts/generate-types.mjs';

it('has the types of the documents that the program serves', async () => {
    for (const [path, text] of Object.entries(await generate(sharedProgram().url)))
        expect(await readFile(path, 'utf8'), `npm run generate -- URL writes ${path}`).toBe(text);
});
