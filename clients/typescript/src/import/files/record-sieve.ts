// Of gigabytes of XML, the few elements that are wanted: the rest is passed over as text, about ten times faster than a
// parser reads it, and what is wrong in it does no harm.

import { ImportError } from '../errors.js';

/** Reads XML that is pushed piece by piece, and says whether the element that it was given first has ended. */
export interface ElementParser {
    write(xml: string): void;
    readonly isInElement: boolean;
}

const kLongestTag = 64 << 10;
const kLongestProlog = 1 << 20;

/** Passes on what stands before the content of `root`, and each element `name` whose start tag has `mark` in it. */
export class RecordSieve {
    /** The line of what is being passed on. */
    line = 1;
    /** The last line of the text so far. */
    get lastLine(): number {
        return this.line + this.rest.split('\n').length - 1;
    }
    /** Whether the end tag of the root is the last thing in the text so far. */
    get hasEnded(): boolean {
        return new RegExp(`</${this.root}\\s*>\\s*$`).test(this.tail);
    }
    private state: 'prolog' | 'between' | 'element' = 'prolog';
    private rest = '';
    private tail = '';

    constructor(
        private readonly root: string,
        private readonly name: string,
        private readonly mark: string,
        private readonly parser: ElementParser,
    ) {}

    write(piece: string): void {
        this.tail = (this.tail + piece).slice(-1000);
        const text = this.rest + piece;
        let at = 0;
        for (let next = 0; next >= 0; ) {
            next = this.state === 'between' ? this.findElement(text, at) : this.passOn(text, at);
            if (next >= 0) at = next;
        }
        if (this.state === 'between') {
            const tag = text.lastIndexOf('<'); // it may go on in the next piece
            const end = tag < at ? text.length : tag;
            this.skip(text, at, end);
            at = end;
        }
        this.rest = text.slice(at);
        if (this.rest.length > (this.state === 'prolog' ? kLongestProlog : kLongestTag))
            throw new ImportError('damaged', `The file is damaged at line ${this.line}.`, this.line);
    }

    // Where the next wanted element begins, or -1.
    private findElement(text: string, from: number): number {
        for (let mark = from; (mark = text.indexOf(this.mark, mark)) >= 0; mark += this.mark.length) {
            const start = text.lastIndexOf('<', mark);
            if (start < from || !text.startsWith(`<${this.name}`, start)) continue;
            this.skip(text, from, start);
            this.state = 'element';
            return start;
        }
        return -1;
    }

    // Gives the parser the text up to the next end of a tag, and returns where that is, or -1 if it is not there yet.
    private passOn(text: string, from: number): number {
        const tag = this.state === 'prolog' ? text.indexOf(`<${this.root}`, from) : from;
        const end = tag < 0 ? -1 : text.indexOf('>', tag);
        if (end < 0) return -1;
        this.parser.write(text.slice(from, end + 1));
        this.skip(text, from, end + 1);
        if (this.state === 'prolog' || !this.parser.isInElement) this.state = 'between';
        return end + 1;
    }

    private skip(text: string, from: number, to: number): void {
        for (let at = from; (at = text.indexOf('\n', at)) >= 0 && at < to; ++at) ++this.line;
    }
}
