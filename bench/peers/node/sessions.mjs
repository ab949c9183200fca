// Meditation sessions: start, complete, import, history.
import { z } from 'zod'
import { HttpError, integer, list, object, optionalInteger, optionalText, statement, text } from './platform.mjs'

const columns = `id, status, kind, planned_seconds AS "plannedSeconds", duration_seconds AS "durationSeconds",
  started_at AS "startedAt", ended_at AS "endedAt", local_date AS "localDate", timezone, null AS "groupId",
  mood_before AS "moodBefore", mood_after AS "moodAfter", note, source, created_at AS "createdAt", updated_at AS "updatedAt"`
const insertActive = statement('insert_active', `
  INSERT INTO meditation_sessions (id, user_id, status, kind, planned_seconds, local_date, timezone, mood_before, source)
  SELECT $2, id, 'active', $3, $4, (now() AT TIME ZONE timezone)::date, timezone, $5, 'live' FROM users WHERE id = $1
  ON CONFLICT DO NOTHING RETURNING ${columns}`)
// The row and its event: one statement, one transaction.
const event = `INSERT INTO outbox (type, user_id, payload) SELECT 'session.completed', user_id,
  jsonb_build_object('id', id, 'kind', kind, 'seconds', duration_seconds, 'day', local_date, 'endedAt', ended_at,
                     'moodBefore', mood_before, 'moodAfter', mood_after) FROM changed`
const complete = statement('complete', `WITH changed AS (
    UPDATE meditation_sessions SET status = 'completed', ended_at = now(), updated_at = now(), duration_seconds = $3,
      mood_after = $4
    WHERE id = $1 AND user_id = $2 AND status = 'active' AND $3 <= extract(epoch FROM now() - started_at) + 5
    RETURNING *), event AS (${event})
  SELECT ${columns} FROM changed`)
const insertMany = statement('insert_many', `WITH changed AS (
    INSERT INTO meditation_sessions (id, user_id, status, kind, planned_seconds, duration_seconds, started_at, ended_at,
                                     local_date, timezone, mood_before, mood_after, source)
    SELECT row.id, users.id, 'completed', kind, "plannedSeconds", "durationSeconds", "startedAt",
           "startedAt" + make_interval(secs => "durationSeconds"), ("startedAt" AT TIME ZONE timezone)::date, timezone,
           "moodBefore", "moodAfter", 'import'
    FROM users, jsonb_to_recordset($2) AS row (id uuid, kind text, "startedAt" timestamptz, "durationSeconds" integer,
                                               "plannedSeconds" integer, "moodBefore" smallint, "moodAfter" smallint)
    WHERE users.id = $1 ON CONFLICT DO NOTHING RETURNING *), event AS (${event})
  SELECT id FROM changed`)
const firstPage = statement('first_page', `SELECT ${columns} FROM meditation_sessions WHERE user_id = $1
  ORDER BY meditation_sessions.started_at DESC, id DESC LIMIT $2`)
const nextPage = statement('next_page', `SELECT ${columns} FROM meditation_sessions WHERE user_id = $1
  AND (started_at, id) < ($3, $4) ORDER BY meditation_sessions.started_at DESC, id DESC LIMIT $2`)

const kind = z.enum(['breathing', 'bodyScan', 'lovingKindness', 'mindfulness', 'mantra', 'sleep', 'walking',
  'visualization', 'other'])
const mood = z.int().min(1).max(5).optional()
const planned = z.int().min(60).max(86400)
const session = object({ id: text, status: text, kind: text, plannedSeconds: integer, durationSeconds: optionalInteger,
  startedAt: text, endedAt: optionalText, localDate: text, timezone: text, groupId: optionalText,
  moodBefore: optionalInteger, moodAfter: optionalInteger, note: optionalText, source: text, createdAt: text,
  updatedAt: text })

export function sessionEndpoints(app) {
  app.post('/api/v1/sessions', { schema: {
    body: z.object({ id: z.uuid(), kind, plannedSeconds: planned, moodBefore: mood }), response: { 201: session },
  } }, async (request, reply) => {
    const body = request.body
    const [made] = await insertActive([request.user, body.id, body.kind, body.plannedSeconds, body.moodBefore ?? null])
    if (!made) throw new HttpError(409, 'a session is active')
    reply.code(201)
    return made
  })

  app.post('/api/v1/sessions/:id/complete', { schema: {
    params: z.object({ id: z.uuid() }), body: z.object({ durationSeconds: z.int().min(0).max(86400), moodAfter: mood }),
    response: { 200: session },
  } }, async request => {
    const [completed] = await complete([request.params.id, request.user, request.body.durationSeconds,
      request.body.moodAfter ?? null])
    if (!completed) throw new HttpError(404, 'no active session')
    return completed
  })

  const imported = z.object({ id: z.uuid(), kind, startedAt: z.iso.datetime(), durationSeconds: z.int().min(1).max(86400),
    plannedSeconds: planned, moodBefore: mood, moodAfter: mood })
  app.post('/api/v1/sessions/import', { bodyLimit: 8 << 20, schema: {
    body: z.object({ sessions: z.array(imported).min(1).max(500) }),
    response: { 200: object({ results: list(object({ id: text, outcome: text })) }) },
  } }, async request => {
    const rows = await insertMany([request.user, JSON.stringify(request.body.sessions)])
    const created = new Set(rows.map(row => row.id))
    return { results: request.body.sessions.map(({ id }) => ({ id, outcome: created.has(id) ? 'created' : 'exists' })) }
  })

  app.get('/api/v1/sessions', { schema: {
    querystring: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20), cursor: z.string().max(200).optional() }),
    response: { 200: object({ items: list(session), nextCursor: optionalText }) },
  } }, async request => {
    const { limit, cursor } = request.query
    let items
    if (cursor) {
      const [at, id] = Buffer.from(cursor, 'base64url').toString().split('|')
      if (!id) throw new HttpError(400, 'bad cursor')
      items = await nextPage([request.user, limit, at, id])
    } else {
      items = await firstPage([request.user, limit])
    }
    const last = items.at(-1)
    return { items, nextCursor: items.length === limit
      ? Buffer.from(last.startedAt + '|' + last.id).toString('base64url') : null }
  })
}
