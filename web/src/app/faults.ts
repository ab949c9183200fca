// What an error of the API means for the user, in words.
import { isProblem, NetworkError, SignedOutError, TimeoutError, UnexpectedResponseError } from '@mindspace/client';
import { t, type MessageKey } from '../i18n';
import { notify } from './notices';

const faultCodes: Readonly<Record<string, MessageKey>> = {
  required: 'fault.required',
  too_short: 'fault.required',
  too_long: 'fault.tooLong',
  bad_character: 'fault.badCharacter',
  not_visible: 'fault.notVisible',
};

function isAbortByTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

/** A sentence for an error that no field is to blame for. `known` has the sentences for this page's own problem codes. */
export function describe(error: unknown, known: Readonly<Record<string, MessageKey>> = {}): string {
  if (error instanceof TimeoutError || isAbortByTimeout(error)) return t('fault.timeout');
  if (error instanceof NetworkError) return t('fault.network');
  if (error instanceof SignedOutError) return t('fault.signedOut');
  if (isProblem(error)) {
    const own = known[error.code];
    if (own) return t(own);
    if (error.status === 429)
      return t('fault.rateLimited', { count: Math.ceil((error.retryAfterMs ?? 60_000) / 1000) });
    if (error.status >= 502) return t('fault.overloaded');
    if (error.status === 422) return t('fault.invalid');
    return t('fault.failed', { requestId: error.requestId });
  }
  if (error instanceof UnexpectedResponseError && error.status >= 502) return t('fault.overloaded');
  return t('fault.unexpected');
}

/** What is wrong with a field, given by the name of the member of the body, if the server refused it. */
export function fieldFault(
  error: unknown,
  field: string,
  known: Readonly<Record<string, MessageKey>> = {},
): string | undefined {
  const fault = isProblem(error) ? error.faultOf(`/${field}`) : undefined;
  if (!fault) return undefined;
  return t(known[fault.code] ?? faultCodes[fault.code] ?? 'fault.invalid');
}

/** Shows an error over the page. */
export function report(error: unknown, known: Readonly<Record<string, MessageKey>> = {}): void {
  notify('error', describe(error, known));
}
