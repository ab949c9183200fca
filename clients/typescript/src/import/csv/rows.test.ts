import { describe, expect, it } from 'vitest';

import { RowParser, type Delimiter } from './rows.js';

function parse(text: string, delimiter: Delimiter = ',', pieceSize = text.length): [number, ...string[]][] {
    const parser = new RowParser(delimiter);
    const rows = [];
    for (let at = 0; at < text.length; at += pieceSize) rows.push(...parser.write(text.slice(at, at + pieceSize)));
    return [...rows, ...parser.end()].map(({ line, cells }) => [line, ...cells]);
}

describe('RowParser', () => {
    const text = 'a,"b ""c"", d"\r\n\r\n"two\r\nlines",5" pipe, x \n,\nlast,';
    const rows = [
        [1, 'a', 'b "c", d'],
        [3, 'two\r\nlines', '5" pipe', 'x'],
        [6, 'last', ''],
    ];

    it('understands quotes, line ends and empty rows, and knows their lines', () => {
        expect(parse(text)).toEqual(rows);
    });
    it('reads the same in pieces of any size', () => {
        for (let size = 1; size < text.length; ++size) expect(parse(text, ',', size)).toEqual(rows);
    });
    it('splits at the given delimiter', () => {
        expect(parse('1,5;2\t3', ';')).toEqual([[1, '1,5', '2\t3']]);
    });
    it('names the line of a quote that is never closed', () => {
        expect(() => parse('a,b\nc,"d\ne,f\n')).toThrow('The quote at line 2');
    });
    it('refuses a field that does not end', () => {
        const parser = new RowParser(',');
        expect(() => {
            for (let i = 0; i < 100; ++i) parser.write('x'.repeat(1024));
        }).toThrow('The field at line 1');
    });
});
