import type { Problem } from './types.js';

/** What every error of this package is, except that an abort rejects with the signal's reason. */
export class MindspaceError extends Error {
    override name = 'MindspaceError';
}

/** The server could not be reached, or the connection broke. Whether the request had an effect is unknown. */
export class NetworkError extends MindspaceError {
    override name = 'NetworkError';
}

/** No response within the time limit. */
export class TimeoutError extends NetworkError {
    override name = 'TimeoutError';
}

/** The response is none of this API, such as a page of a proxy in between. */
export class UnexpectedResponseError extends MindspaceError {
    override name = 'UnexpectedResponseError';

    constructor(
        readonly status: number,
        message: string,
        options?: ErrorOptions,
    ) {
        super(message, options);
    }
}

/** There is no login session, or it has ended: the user has to log in. */
export class SignedOutError extends MindspaceError {
    override name = 'SignedOutError';
}

/** The server refused the request (RFC 9457). `code` is stable; `detail` is for people. */
export class ProblemError extends MindspaceError {
    override name = 'ProblemError';
    readonly status: number;
    readonly code: string;
    readonly detail: string;
    readonly requestId: string;
    /** The invalid fields and query parameters, up to 20. */
    readonly errors: NonNullable<Problem['errors']>;

    constructor(
        readonly problem: Problem,
        /** When to try again, if the server has said so. */
        readonly retryAfterMs?: number,
    ) {
        super(`${problem.code}: ${problem.detail}`);
        this.status = problem.status;
        this.code = problem.code;
        this.detail = problem.detail;
        this.requestId = problem.requestId;
        this.errors = problem.errors ?? [];
    }

    /** What is wrong with a field of the body, such as `/email`, or with a query parameter. */
    faultOf(pointerOrParameter: string): { code: string; message: string } | undefined {
        return this.errors.find((e) => e.pointer === pointerOrParameter || e.parameter === pointerOrParameter);
    }
}

/** Whether the server refused the request, with one of these codes if any are given. */
export function isProblem(error: unknown, ...codes: string[]): error is ProblemError {
    return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code));
}
