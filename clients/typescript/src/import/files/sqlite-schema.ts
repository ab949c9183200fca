// The columns that the rows of a table have, by the statement that created it.

import { ImportError } from '../errors.js';

export interface Column {
    name: string;
    /** Whether it is another name of the row id, which rows do not store in it. */
    rowId: boolean;
}

// Names and strings in their quotes, as one token each, and parentheses and commas.
const kToken =
    /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[(),]|[^\s(),'"`[\]]+/g;
const kNotAColumn = /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i;

function unquoted(token: string): string {
    const quote = token[0] === '[' ? ']' : token[0];
    return quote !== undefined && `'"\`]`.includes(quote) ? token.slice(1, -1).replaceAll(quote + quote, quote) : token;
}

/** The stored columns of a `CREATE TABLE` statement in their order. */
export function parseColumns(statement: string): Column[] {
    const definitions: string[][] = [];
    let depth = 0;
    let after = '';
    for (const [token] of statement.matchAll(kToken)) {
        if (token.startsWith('--') || token.startsWith('/*')) continue;
        if (token === ')') --depth;
        if (depth === 0 && definitions.length > 0 && token !== ')') after += ` ${token}`;
        if (depth === 1 && token === ',') definitions.push([]);
        else if (depth >= 1) definitions.at(-1)?.push(token);
        if (token === '(' && ++depth === 1) definitions.push([]);
    }
    if (/\bWITHOUT\s+ROWID\b/i.test(after))
        throw new ImportError('unsupported', 'The database has a table without row ids.');
    const columns: Column[] = [];
    for (const [name = '', ...rest] of definitions) {
        if (kNotAColumn.test(name)) continue;
        const words = rest.join(' ');
        const computed = /\bAS \(/i.test(words) && !/\bSTORED\b/i.test(words);
        if (!computed) columns.push({ name: unquoted(name), rowId: /^INTEGER PRIMARY KEY\b/i.test(words) });
    }
    return columns;
}
