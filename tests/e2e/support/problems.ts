/** A response of the API that says what is wrong. */
export function problem(status: number, code: string, headers: Record<string, string> = {}) {
  const body = { type: 'about:blank', title: code, status, detail: code, code, requestId: 'request-1' };
  return { status, headers, contentType: 'application/problem+json', body: JSON.stringify(body) };
}
