// Rows of delimited text (RFC 4180, and what programs make of it), character by character from a stream.

import { ImportError } from '../errors.js';

export interface CsvRow {
    /** The line on which it begins. */
    line: number;
    cells: string[];
}

export type Delimiter = ',' | ';' | '\t' | '|';

const kLongestField = 64 << 10;

/**
 * Splits text into rows. Quotes may stand around a cell, and doubled within; one inside of an unquoted cell is text. Line
 * ends are CR LF, LF or CR. Rows without any text are left out.
 */
export class RowParser {
    private rows: CsvRow[] = [];
    private cells: string[] = [];
    private cell = '';
    private state: 'start' | 'plain' | 'quoted' | 'quoteInQuoted' = 'start';
    private line = 1;
    private rowLine = 1;
    private quoteLine = 1;
    private afterReturn = false;

    constructor(private readonly delimiter: Delimiter) {}

    /** Takes the next piece of the text, and returns the rows that it has completed. */
    write(text: string): CsvRow[] {
        for (const character of text) this.take(character);
        if (this.cell.length > kLongestField)
            throw new ImportError('field_too_long', `The field at line ${this.rowLine} does not end.`, this.rowLine);
        return this.rows.splice(0);
    }

    /** Returns the last row, if the text does not end with a line end. */
    end(): CsvRow[] {
        if (this.state === 'quoted')
            throw new ImportError(
                'unclosed_quote',
                `The quote at line ${this.quoteLine} is never closed.`,
                this.quoteLine,
            );
        if (this.cell || this.cells.length > 0) this.endRow();
        return this.rows.splice(0);
    }

    private take(character: string): void {
        const lineFeedAfterReturn = this.afterReturn && character === '\n';
        this.afterReturn = character === '\r';
        const lineEnds = (character === '\n' && !lineFeedAfterReturn) || character === '\r';
        if (lineEnds) ++this.line;
        switch (this.state) {
            case 'quoted':
                if (character === '"') this.state = 'quoteInQuoted';
                else this.cell += character;
                return;
            case 'quoteInQuoted':
                if (character === '"') {
                    this.cell += '"';
                    this.state = 'quoted';
                    return;
                }
                this.state = 'plain';
                break;
            case 'start':
                if (character === '"') {
                    this.state = 'quoted';
                    this.quoteLine = this.line;
                    return;
                }
                break;
            case 'plain':
        }
        if (character === this.delimiter) this.endCell();
        else if (lineEnds) this.endRow();
        else if (!lineFeedAfterReturn) {
            this.cell += character;
            this.state = 'plain';
        }
    }

    private endCell(): void {
        this.cells.push(this.cell.trim());
        this.cell = '';
        this.state = 'start';
    }

    private endRow(): void {
        this.endCell();
        if (this.cells.some((cell) => cell !== '')) this.rows.push({ line: this.rowLine, cells: this.cells });
        this.cells = [];
        this.rowLine = this.line;
    }
}
