// Accounts: registration, login, rotation of refresh tokens, and the profile.
import { hash, verify } from '@node-rs/argon2'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { HttpError, accessSeconds, accessToken, integer, object, redis, serves, statement, text } from './platform.mjs'

const argon2id = { algorithm: 2, memoryCost: Number(process.env.ARGON2_MEMORY_KIB ?? 19456),
  timeCost: Number(process.env.ARGON2_PASSES ?? 2), parallelism: 1 }
const refreshSeconds = 7 * 86400

const columns = `id, email, false AS "emailVerified", display_name AS "displayName", timezone, locale,
  null AS "avatarUrl", 600 AS "dailyGoalSeconds", 0 AS "dayStartHour", 'user' AS role, created_at AS "createdAt",
  updated_at AS "updatedAt"`
const findByEmail = statement('find_by_email', `SELECT password_hash, ${columns} FROM users WHERE email = $1`)
const findById = statement('find_by_id', `SELECT ${columns} FROM users WHERE id = $1`)
// The account and its first login in one transaction.
const insertUser = statement('insert_user', `WITH made AS (
    INSERT INTO users (email, password_hash, display_name) VALUES ($1, $2, $3) ON CONFLICT (email) DO NOTHING RETURNING *),
  login AS (INSERT INTO refresh_sessions (id, user_id, current_hash, expires_at) SELECT $4, id, $5, $6 FROM made)
  SELECT ${columns} FROM made`)
const insertLogin = statement('insert_login',
  'INSERT INTO refresh_sessions (id, user_id, current_hash, expires_at) VALUES ($1, $2, $3, $4)')
const rotate = statement('rotate', `UPDATE refresh_sessions SET current_hash = $3, expires_at = $4
  WHERE id = $1 AND current_hash = $2 AND revoked_at IS NULL AND expires_at > now() RETURNING user_id`)
const revoke = statement('revoke', 'UPDATE refresh_sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL')

const hashOf = token => createHash('sha256').update(token).digest('base64url')
const expiry = () => new Date(Date.now() + refreshSeconds * 1000)
const newLogin = () => {
  const id = randomUUID(), secret = randomBytes(32).toString('base64url')
  return { id, secret, hash: hashOf(secret) }
}
const tokensOf = (user, id, secret) => ({ accessToken: accessToken(user), tokenType: 'Bearer', expiresIn: accessSeconds,
  refreshToken: id + '.' + secret, refreshExpiresIn: refreshSeconds, sessionId: id })

const tokens = object({ accessToken: text, tokenType: text, expiresIn: integer, refreshToken: text,
  refreshExpiresIn: integer, sessionId: text })
const user = object({ id: text, email: text, emailVerified: { type: 'boolean' }, displayName: text, timezone: text,
  locale: text, avatarUrl: { type: ['string', 'null'] }, dailyGoalSeconds: integer, dayStartHour: integer, role: text,
  createdAt: text, updatedAt: text })
const credentials = z.object({ email: z.email().max(254), password: z.string().min(8).max(128) })

function authEndpoints(app) {
  app.post('/api/v1/auth/register', { schema: {
    body: credentials.extend({ displayName: z.string().min(1).max(64) }), response: { 201: object({ user, tokens }) },
  } }, async (request, reply) => {
    const { email, password, displayName } = request.body, login = newLogin()
    const [made] = await insertUser([email.toLowerCase(), await hash(password, argon2id), displayName, login.id, login.hash,
      expiry()])
    if (!made) throw new HttpError(409, 'email taken')
    reply.code(201)
    return { user: made, tokens: tokensOf(made.id, login.id, login.secret) }
  })

  app.post('/api/v1/auth/login', { schema: { body: credentials, response: { 200: object({ user, tokens }) } } },
    async request => {
      const [found] = await findByEmail([request.body.email.toLowerCase()]), login = newLogin()
      if (!found || !await verify(found.password_hash, request.body.password)) throw new HttpError(401, 'bad credentials')
      await insertLogin([login.id, found.id, login.hash, expiry()])
      return { user: found, tokens: tokensOf(found.id, login.id, login.secret) }
    })

  app.post('/api/v1/auth/refresh', { schema: {
    body: z.object({ refreshToken: z.string().min(60).max(120) }), response: { 200: object({ tokens }) },
  } }, async request => {
    const [id, secret] = request.body.refreshToken.split('.'), successor = randomBytes(32).toString('base64url')
    const [rotated] = await rotate([id, hashOf(secret), hashOf(successor), expiry()])
    if (!rotated) {
      await revoke([id])
      throw new HttpError(401, 'invalid refresh token')
    }
    return { tokens: tokensOf(rotated.user_id, id, successor) }
  })
}

function profileEndpoints(app) {
  app.get('/api/v1/users/me', async (request, reply) => {
    const key = 'user:' + request.user
    let profile = await redis.get(key)
    if (!profile) {
      const [found] = await findById([request.user])
      if (!found) throw new HttpError(404, 'not found')
      profile = JSON.stringify(found)
      redis.set(key, profile, 'EX', 300)
    }
    return reply.type('application/json; charset=utf-8').send(profile) // cached JSON is sent unparsed
  })
}

export function userEndpoints(app) {
  if (serves('auth')) authEndpoints(app)
  if (serves('user')) profileEndpoints(app)
}
