// Generates the types of requests, responses and messages from the documents of a running program:
// `npm run generate -- http://localhost:8080`. test/generated.test.ts compares them with the program.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const notice = (source) => `// Generated from ${source} by scripts/generate-types.mjs; not edited by hand.\n\n`;

/** The payloads of AsyncAPI 3 and the schemas of OpenAPI 3.1 are both JSON Schema, so one generator serves both. */
function messagesAsOpenApi(asyncapi) {
    const schemas = { ...asyncapi.components.schemas };
    for (const [name, message] of Object.entries(asyncapi.components.messages)) {
        // "server.welcome" → "ServerWelcome"
        const schema = name.replace(/(?:^|\.)(.)/g, (_, first) => first.toUpperCase());
        schemas[schema] = { description: message.summary, ...message.payload };
    }
    return { openapi: '3.1.0', info: asyncapi.info, paths: {}, components: { schemas } };
}

/** The generated files by path, for the program at `baseUrl`. */
export async function generate(baseUrl) {
    const read = async (path) => (await fetch(new URL(path, baseUrl))).json();
    const types = async (document) => astToString(await openapiTS(document));
    return {
        'src/generated/openapi.ts': notice('/openapi.json') + (await types(await read('/openapi.json'))),
        'src/generated/asyncapi.ts':
            notice('/asyncapi.json') + (await types(messagesAsOpenApi(await read('/asyncapi.json')))),
    };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const root = new URL('../', import.meta.url);
    for (const [path, text] of Object.entries(await generate(process.argv[2] ?? 'http://localhost:8080')))
        await writeFile(new URL(path, root), text);
}
