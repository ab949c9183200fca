// embed-assets.mjs DIRECTORY: writes web_assets.cpp, which defines web_assets() and client_page()
// (src/services/gateway/web_assets.h), and the bodies that it embeds into the directory: the page of the API, and the
// client, which must have been built (build-client.mjs). Files whose names contain a hash of their content may be cached
// indefinitely; all others are revalidated before each use.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { contentSecurityPolicy } from '../content-security-policy.mjs';
import { compressFolder } from './compress.mjs';

const types = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.ico': 'image/vnd.microsoft.icon',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.mp3': 'audio/mpeg',
    '.png': 'image/png',
    '.svg': 'image/svg+xml',
    '.txt': 'text/plain; charset=utf-8',
    '.webmanifest': 'application/manifest+json',
    '.webp': 'image/webp',
    '.woff2': 'font/woff2',
};
const web = fileURLToPath(new URL('..', import.meta.url));
const out = resolve(process.argv[2]);
mkdirSync(out, { recursive: true });

let assembly = '';
let symbols = '';
let embedded = 0;

// Embeds the bytes under a label and returns the C++ expression that views them. They are copied first, so that the program
// never contains a file that changed after its entity tag was computed.
function embed(symbol, bytes) {
    const file = join(out, symbol);
    writeFileSync(file, bytes);
    assembly += `    "${symbol}: .incbin \\"${file}\\"\\n"\n`;
    symbols += `extern const char ${symbol}[];\n`;
    return `{${symbol}, ${bytes.length}}`;
}

function hash(bytes) {
    return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}

// The C++ expression for one URL, whose bodies are in the file and, where that is smaller, in FILE.br and FILE.gz.
function asset({ path, file, isHashed, policy }) {
    const type = types[extname(file)];
    if (!type) throw new Error(`${file}: unknown type`);
    const bytes = readFileSync(file);
    const symbol = `web_asset_${embedded++}`;
    const smaller = (suffix) =>
        existsSync(`${file}.${suffix}`) ? embed(`${symbol}_${suffix}`, readFileSync(`${file}.${suffix}`)) : '{}';
    return `{.path = "${path}",
         .content = {.content_type = "${type}",
                     .body = ${embed(symbol, bytes)},
                     .gzip = ${smaller('gz')},
                     .brotli = ${smaller('br')},
                     .etag = "\\"${hash(bytes)}\\"",
                     .cache_control = "${isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'}"},
         .content_policy = "${policy}"}`;
}

// The page of the API: what it loads gets a hash into its name. Swagger UI sets style attributes and draws its icons from
// data: URLs.
function docs() {
    const parts = {
        '/docs/docs.css': 'docs/docs.css',
        '/docs/docs.js': 'docs/docs.js',
        '/docs/icon.svg': 'docs/icon.svg',
        '/docs/swagger-ui.css': 'node_modules/swagger-ui-dist/swagger-ui.css',
        '/docs/swagger-ui.js': 'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
    };
    const policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    const folder = join(out, 'docs');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    let markup = readFileSync(join(web, 'docs/index.html'), 'utf8');
    const rows = Object.entries(parts).map(([path, source]) => {
        const dot = path.lastIndexOf('.');
        const hashed = `${path.slice(0, dot)}.${hash(readFileSync(join(web, source)))}${path.slice(dot)}`;
        if (!markup.includes(`"${path}"`)) throw new Error(`docs/index.html does not load ${path}`);
        markup = markup.replaceAll(`"${path}"`, `"${hashed}"`);
        copyFileSync(join(web, source), join(out, hashed));
        return { path: hashed, file: join(out, hashed), isHashed: true, policy };
    });
    writeFileSync(join(folder, 'index.html'), markup);
    compressFolder(folder);
    return [...rows, { path: '/docs', file: join(folder, 'index.html'), isHashed: false, policy }].map(asset);
}

// The client: Vite puts the hash into the names of files in assets/, and scripts/compress.mjs has compressed them.
function client() {
    const dist = join(web, 'dist');
    const files = readdirSync(dist, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name))
        .map((entry) => relative(dist, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join('/'))
        .sort();
    const row = (name, path) =>
        asset({
            path,
            file: join(dist, name),
            isHashed: dirname(name) === 'assets',
            policy: contentSecurityPolicy,
        });
    return {
        page: row('index.html', '/'),
        assets: files.filter((name) => name !== 'index.html').map((name) => row(name, `/${name}`)),
    };
}

const { page, assets } = client();
const rows = [...docs(), ...assets];

writeFileSync(join(out, 'web_assets.cpp'), `// Generated by web/scripts/embed-assets.mjs.
#include "services/gateway/web_assets.h"

asm(".pushsection .rodata\\n"
${assembly}    ".popsection\\n");

extern "C" {
${symbols}}

namespace mindspace {

std::span<const WebAsset> web_assets() {
    static const WebAsset assets[] = {
${rows.map((row) => `        ${row},`).join('\n')}
    };
    return assets;
}

const WebAsset& client_page() {
    static const WebAsset page =
        ${page};
    return page;
}

}  // namespace mindspace
`);
