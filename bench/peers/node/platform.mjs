// What every part of the peer uses: its environment, the log, PostgreSQL, Redis, errors, and the check of a caller.
import pino from 'pino'
import pg from 'pg'
import { Redis } from 'ioredis'
import { createSigner, createVerifier } from 'fast-jwt'
import { randomUUID } from 'node:crypto'

const environment = process.env
export const role = environment.ROLE ?? 'all'
export const serves = name => role === 'all' || role === name
export const isBehindGateway = role !== 'all' && role !== 'gateway'
export const gatewaySecret = environment.GATEWAY_SECRET ?? ''
export const accessSeconds = 3600

export const log = pino(
  { base: { role }, timestamp: pino.stdTimeFunctions.isoTime },
  pino.destination({ dest: environment.LOG, sync: false, minLength: 8192 }))
setInterval(() => log.flush(), 1000).unref()

export class HttpError extends Error {
  constructor(status, message) {
    super(message)
    this.statusCode = status
  }
}

// Named statements are prepared once per connection; timestamps stay text.
pg.types.setTypeParser(1184, value => value.slice(0, 10) + 'T' + (value.slice(11, -3) + '.000').slice(0, 12) + 'Z')
pg.types.setTypeParser(1082, value => value)
pg.types.setTypeParser(20, Number)
const connections = Number(environment.CONNECTIONS ?? 16)
const pool = role === 'gateway' ? null
  : new pg.Pool({ host: environment.PGHOST, user: environment.PGUSER, database: environment.PGDATABASE, max: connections })
export const statement = (name, text) => async values => (await pool.query({ name, text, values })).rows

export async function connectAll() {
  if (!pool) return
  const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()))
  for (const client of clients) client.release()
}

export const redis = new Redis({ path: environment.REDIS_SOCKET, enableAutoPipelining: true })
// Counters of the address and of the user, and whether the token was revoked: one round trip.
redis.defineCommand('guard', { lua: `
  local results = {}
  for i = 1, #KEYS - 1 do
    local count = redis.call('INCR', KEYS[i])
    if count == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[1]) end
    results[i] = count
  end
  results[#KEYS] = KEYS[#KEYS] ~= '' and redis.call('EXISTS', KEYS[#KEYS]) or 0
  return results` })

const sign = createSigner({ key: environment.JWT_SECRET, algorithm: 'HS256', expiresIn: accessSeconds * 1000 })
const verify = createVerifier({ key: environment.JWT_SECRET, algorithms: ['HS256'], cache: 20000 })
export const accessToken = user => sign({ sub: user, jti: randomUUID() })
export const bearerOf = request => {
  const header = request.headers.authorization
  return header?.startsWith('Bearer ') ? header.slice(7) : ''
}

const limit = Number(environment.RATE_LIMIT ?? 1e9)

// Returns the user of a token, or null for a call without one.
export async function identify(address, token) {
  let claims = null
  if (token !== undefined) {
    try {
      claims = verify(token)
    } catch {
      throw new HttpError(401, 'invalid token')
    }
  }
  const counts = claims
    ? await redis.guard(3, 'limit:ip:' + address, 'limit:user:' + claims.sub, 'revoked:' + claims.jti, 60000)
    : await redis.guard(2, 'limit:ip:' + address, '', 60000)
  if (counts[0] > limit || (claims && counts[1] > limit)) throw new HttpError(429, 'too many requests')
  if (claims && counts[2]) throw new HttpError(401, 'token revoked')
  return claims?.sub ?? null
}

// Short forms of JSON Schema, by which Fastify writes responses.
export const text = { type: 'string' }
export const integer = { type: 'integer' }
export const optionalText = { type: ['string', 'null'] }
export const optionalInteger = { type: ['integer', 'null'] }
export const optionalNumber = { type: ['number', 'null'] }
export const object = properties => ({ type: 'object', properties })
export const list = items => ({ type: 'array', items })
