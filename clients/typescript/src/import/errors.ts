// What is wrong with a file as a whole.

/** Why a file cannot be read, or not further. */
export type ImportErrorCode =
    | 'empty'
    | 'unrecognised' // none of the kinds of files that are read
    | 'truncated' // ends before its end: an interrupted download or copy
    | 'damaged' // its content contradicts itself
    | 'encrypted'
    | 'unsupported' // a variant of the format that is not read
    | 'nothing_inside' // an archive without anything to import
    | 'unclosed_quote'
    | 'field_too_long';

/**
 * The file cannot be read, or not beyond `line`. What was read before is valid: importing it is safe, and importing the
 * whole file later adds the rest.
 */
export class ImportError extends Error {
    override readonly name = 'ImportError';

    constructor(
        readonly code: ImportErrorCode,
        message: string,
        readonly line?: number,
        options?: ErrorOptions,
    ) {
        super(message, options);
    }
}
