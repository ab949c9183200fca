// Statistics from daily totals, and the worker that adds the outbox's events to them.
import { z } from 'zod'
import { integer, list, log, object, optionalNumber, optionalText, serves, statement, text } from './platform.mjs'

// Events are deleted in the transaction that counts them: each counts once.
const aggregate = statement('aggregate', `WITH taken AS (
    DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 5000) RETURNING user_id, payload),
  event AS (SELECT user_id, (payload->>'day')::date AS day, payload->>'kind' AS kind, (payload->>'seconds')::integer AS seconds,
      (payload->>'moodBefore')::integer AS before, (payload->>'moodAfter')::integer AS after,
      (payload->>'endedAt')::timestamptz AS ended_at FROM taken),
  kinds AS (SELECT user_id, day, jsonb_object_agg(kind, seconds) AS by_kind FROM (
      SELECT user_id, day, kind, sum(seconds) AS seconds FROM event GROUP BY user_id, day, kind) AS sums GROUP BY user_id, day),
  counted AS (INSERT INTO daily_totals AS known
    SELECT user_id, day, count(*), sum(seconds), coalesce(sum(before), 0), count(before), coalesce(sum(after), 0), count(after),
           (SELECT by_kind FROM kinds WHERE kinds.user_id = event.user_id AND kinds.day = event.day), max(ended_at)
    FROM event GROUP BY user_id, day
    ON CONFLICT (user_id, day) DO UPDATE SET sessions = known.sessions + excluded.sessions,
      seconds = known.seconds + excluded.seconds, mood_before_sum = known.mood_before_sum + excluded.mood_before_sum,
      mood_before_count = known.mood_before_count + excluded.mood_before_count,
      mood_after_sum = known.mood_after_sum + excluded.mood_after_sum,
      mood_after_count = known.mood_after_count + excluded.mood_after_count,
      by_kind = add_kinds(known.by_kind, excluded.by_kind),
      last_ended_at = greatest(known.last_ended_at, excluded.last_ended_at))
  SELECT count(*) AS count FROM taken`)

async function aggregateForever() {
  while (true) {
    try {
      const [{ count }] = await aggregate([])
      if (count > 0) continue
    } catch (error) {
      log.error({ error: String(error) })
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const days = statement('days', `SELECT day, sessions, seconds, mood_before_sum, mood_before_count, mood_after_sum,
  mood_after_count, by_kind FROM daily_totals WHERE user_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day`)
const allDays = statement('all_days', 'SELECT day, sessions, seconds, last_ended_at FROM daily_totals WHERE user_id = $1 ORDER BY day')

const secondsOfDay = 86400000
const numberOf = day => Date.parse(day + 'T00:00:00Z') / secondsOfDay
const dayOf = number => new Date(number * secondsOfDay).toISOString().slice(0, 10)
const today = () => Math.floor(Date.now() / secondsOfDay)
const mondayOf = number => number - (number + 3) % 7
const isoWeek = monday => {
  const thursday = new Date((monday + 3) * secondsOfDay), year = thursday.getUTCFullYear()
  const week = Math.floor((monday + 3 - Date.UTC(year, 0, 1) / secondsOfDay) / 7) + 1
  return `${year}-W${String(week).padStart(2, '0')}`
}
const average = (sum, count) => count ? sum / count : null

class Totals {
  sessions = 0
  seconds = 0
  before = [0, 0]
  after = [0, 0]
  byKind = {}
  add(row) {
    this.sessions += row.sessions
    this.seconds += row.seconds
    this.before = [this.before[0] + row.mood_before_sum, this.before[1] + row.mood_before_count]
    this.after = [this.after[0] + row.mood_after_sum, this.after[1] + row.mood_after_count]
    for (const kind in row.by_kind) this.byKind[kind] = (this.byKind[kind] ?? 0) + row.by_kind[kind]
  }
  toJson() {
    return { sessions: this.sessions, seconds: this.seconds, averageMoodBefore: average(...this.before),
      averageMoodAfter: average(...this.after), byKind: this.byKind }
  }
}

function streaksOf(rows) {
  let longest = 0, run = 0, previous = null
  for (const row of rows) {
    const number = numberOf(row.day)
    run = number - 1 === previous ? run + 1 : 1
    longest = Math.max(longest, run)
    previous = number
  }
  return { currentStreakDays: previous !== null && previous >= today() - 1 ? run : 0, longestStreakDays: longest }
}
const sum = (rows, name) => rows.reduce((total, row) => total + row[name], 0)

const totals = { sessions: integer, seconds: integer, averageMoodBefore: optionalNumber, averageMoodAfter: optionalNumber,
  byKind: { type: 'object', additionalProperties: integer } }
const streaks = { currentStreakDays: integer, longestStreakDays: integer }
const part = object({ sessions: integer, seconds: integer })

export function statsEndpoints(app) {
  app.get('/api/v1/users/me/stats', { schema: { response: { 200: object({ totalSessions: integer, totalSeconds: integer,
    ...streaks, lastSessionAt: optionalText, averageSeconds: integer }) } } }, async request => {
    const rows = await allDays([request.user])
    const totalSessions = sum(rows, 'sessions'), totalSeconds = sum(rows, 'seconds')
    const lastSessionAt = rows.reduce((last, row) => last > row.last_ended_at ? last : row.last_ended_at, null)
    return { totalSessions, totalSeconds, ...streaksOf(rows), lastSessionAt,
      averageSeconds: totalSessions ? Math.floor(totalSeconds / totalSessions) : 0 }
  })
}

export function analyticsEndpoints(app) {
  if (serves('analytics')) aggregateForever()
  const day = z.iso.date()
  app.get('/api/v1/analytics/weekly', { schema: { querystring: z.object({ from: day, to: day }),
    response: { 200: object({ timezone: text, asOf: text, items: list(object({ week: text, ...totals })),
      totals: object(totals) }) } } }, async request => {
    const { from, to } = request.query, all = new Totals(), weeks = new Map()
    for (let monday = mondayOf(numberOf(from)); monday <= numberOf(to); monday += 7) weeks.set(monday, new Totals())
    for (const row of await days([request.user, from, to])) {
      weeks.get(mondayOf(numberOf(row.day))).add(row)
      all.add(row)
    }
    const items = [...weeks].map(([monday, week]) => ({ week: isoWeek(monday), ...week.toJson() }))
    return { timezone: 'UTC', asOf: new Date().toISOString(), items, totals: all.toJson() }
  })

  app.get('/api/v1/analytics/summary', { schema: { response: { 200: object({ today: part, week: part, lastWeek: part,
    month: part, lastMonth: part, bestDay: optionalText, ...streaks }) } } }, async request => {
    const rows = await allDays([request.user]), now = today(), monday = mondayOf(now), month = dayOf(now).slice(0, 7)
    const lastMonth = dayOf(numberOf(month + '-01') - 1).slice(0, 7)
    const select = isIn => {
      const chosen = rows.filter(row => isIn(numberOf(row.day), row.day))
      return { sessions: sum(chosen, 'sessions'), seconds: sum(chosen, 'seconds') }
    }
    const best = rows.reduce((most, row) => most && most.seconds >= row.seconds ? most : row, null)
    return { today: select(number => number === now), week: select(number => number >= monday),
      lastWeek: select(number => number >= monday - 7 && number < monday),
      month: select((_, name) => name.startsWith(month)), lastMonth: select((_, name) => name.startsWith(lastMonth)),
      bestDay: best?.day ?? null, ...streaksOf(rows) }
  })
}
