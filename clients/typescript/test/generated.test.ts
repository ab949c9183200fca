import { readFile } from 'node:fs/promises';
import { expect, inject, it } from 'vitest';
import { generate } from '../scripts/generate-types.mjs';

it('has the types of the documents that the program serves', async () => {
    for (const [path, text] of Object.entries(await generate(inject('program').url)))
        expect(await readFile(path, 'utf8'), `npm run generate -- URL writes ${path}`).toBe(text);
});
