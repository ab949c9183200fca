// Checks an OpenAPI 3.1 document: `node validate-openapi.mjs URL_OR_FILE`. Exit 0 if it is valid; otherwise 1,
// with one line per fault. It checks the document against the official schema, every JSON Schema in it as draft 2020-12
// (with its references; a misspelt keyword is a fault), and rules that no schema expresses: operation ids and path parameters.
import { readFile } from 'node:fs/promises';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
// Keywords of the OpenAPI 3.1 base vocabulary, which draft 2020-12 does not know.
const vocabulary = ['discriminator', 'example', 'externalDocs', 'xml'];

async function load(source) {
    if (!/^https?:/.test(source)) return JSON.parse(await readFile(source, 'utf8'));
    const response = await fetch(source);
    if (!response.ok) throw new Error(`${source} returned ${response.status}`);
    return response.json();
}

async function documentFaults(document) {
    if (!/^3\.1\.\d+$/.test(document.openapi)) return [`/openapi: ${document.openapi} is not 3.1`];
    const { valid, errors } = await new Validator({ allErrors: true }).validate(structuredClone(document));
    if (valid) return [];
    return Array.isArray(errors) ? errors.map((e) => `${e.instancePath || '/'}: ${e.message}`) : [String(errors)];
}

// The JSON pointers of all outermost schemas: components and the `schema` of parameters, headers and media types.
function* schemaPointers(node, pointer = '') {
    for (const [key, value] of Object.entries(node)) {
        if (typeof value !== 'object' || value === null) continue;
        const at = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        if (key === 'schema' || pointer === '/components/schemas') yield at;
        else if (key !== 'example' && key !== 'examples') yield* schemaPointers(value, at);
    }
}

function schemaFaults(document) {
    const ajv = new Ajv2020({ strictTypes: false, strictRequired: false, validateSchema: false, logger: false });
    addFormats(ajv);
    // The document is the root that references start from, so its own members must be known as well.
    new Set([...vocabulary, ...Object.keys(document)]).forEach((keyword) => ajv.addKeyword(keyword));
    ajv.addSchema(document, 'openapi');
    return [...schemaPointers(document)].flatMap((pointer) => {
        const schema = pointer.split('/').slice(1).reduce(
            (node, key) => node[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
        if (!ajv.validateSchema(schema)) return [`${pointer}: ${ajv.errorsText()}`];
        try {
            ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` });
            return [];
        } catch (error) {
            return [`${pointer}: ${error.message}`];
        }
    });
}

function pathFaults(document) {
    const faults = [];
    const seen = new Map();
    const resolve = (item) => item.$ref?.split('/').slice(1).reduce((node, key) => node[key], document) ?? item;
    for (const [path, item] of Object.entries(document.paths ?? {})) {
        const inPath = [...path.matchAll(/{([^}]+)}/g)].map((match) => match[1]);
        for (const method of methods.filter((name) => item[name])) {
            const operation = item[method];
            const where = `${method.toUpperCase()} ${path}`;
            if (seen.has(operation.operationId)) {
                faults.push(`${where}: operationId ${operation.operationId} is also that of ${seen.get(operation.operationId)}`);
            }
            if (operation.operationId) seen.set(operation.operationId, where);
            const declared = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve)
                .filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
            inPath.filter((name) => !declared.includes(name)).forEach((name) => faults.push(`${where}: {${name}} is not declared`));
            declared.filter((name) => !inPath.includes(name)).forEach((name) => faults.push(`${where}: no {${name}} in the path`));
        }
    }
    return faults;
}

const source = process.argv[2];
if (!source) {
    console.error('usage: node validate-openapi.mjs URL_OR_FILE');
    process.exit(1);
}
const document = await load(source);
let faults = await documentFaults(document);
if (faults.length === 0) faults = [...schemaFaults(document), ...pathFaults(document)];
faults.forEach((fault) => console.error(fault));
console.log(`${source}: OpenAPI ${document.openapi}, ${Object.keys(document.paths ?? {}).length} paths, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
