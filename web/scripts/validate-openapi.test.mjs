// The validator must reject faulty documents. Run by CTest.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('validate-openapi.mjs', import.meta.url));

const sample = () => ({
    openapi: '3.1.0',
    info: { title: 'Sample', version: '1' },
    paths: {
        '/things/{id}': {
            get: {
                operationId: 'getThing',
                parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }],
                responses: {
                    200: {
                        description: 'The thing',
                        content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
                    },
                },
            },
        },
    },
    components: {
        schemas: {
            Thing: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, note: { type: ['string', 'null'] } } },
        },
    },
});

function validate(document) {
    const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
    try {
        const file = join(folder, 'openapi.json');
        writeFileSync(file, JSON.stringify(document));
        return spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
    } finally {
        rmSync(folder, { recursive: true });
    }
}

test('accepts a valid document', () => {
    const { status, stderr } = validate(sample());
    assert.equal(status, 0, stderr);
});

const damages = {
    'another version': (d) => { d.openapi = '3.0.3'; },
    'a missing title': (d) => { delete d.info.title; },
    'an unknown type in a schema': (d) => { d.components.schemas.Thing.properties.id.type = 'strnig'; },
    'a misspelt schema keyword': (d) => { d.components.schemas.Thing.requierd = ['id']; },
    'a reference to nothing': (d) => { d.components.schemas.Thing.properties.other = { $ref: '#/components/schemas/Other' }; },
    'an operation id used twice': (d) => { d.paths['/other/{id}'] = d.paths['/things/{id}']; },
    'a path parameter that is not declared': (d) => { d.paths['/things/{id}'].get.parameters = []; },
};
for (const [name, damage] of Object.entries(damages)) {
    test(`refuses ${name}`, () => {
        const document = sample();
        damage(document);
        const { status, stderr } = validate(document);
        assert.equal(status, 1);
        assert.notEqual(stderr, '');
    });
}
