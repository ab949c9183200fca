// What the generated document says about one call, as types.
import type { paths } from '../generated/openapi.js';

export type Method = 'get' | 'post' | 'patch' | 'delete';

/** The paths that have this method. */
export type Path<M extends Method> = {
    [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

export type Operation<M extends Method, P extends Path<M>> = paths[P] extends Record<M, infer O> ? O : never;

type Json<R> = R extends { content: { 'application/json': infer T } } ? T : undefined;
type Responses<O> = O extends { responses: infer R } ? R : never;

/** What a successful call returns. */
export type Result<O> =
    Responses<O> extends { 200: infer R } ? Json<R> : Responses<O> extends { 201: infer R } ? Json<R> : undefined;

export type Query<O> = O extends { parameters: { query?: infer Q } } ? Exclude<Q, undefined> : never;

export type Body<O> = O extends { requestBody?: infer B }
    ? Exclude<B, undefined> extends { content: { 'application/json': infer T } }
        ? T
        : never
    : never;
