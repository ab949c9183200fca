// The Node.js peer of Mind Space (README.md). ROLE: all (one process), or gateway, auth, user, meditation, analytics.
import Fastify from 'fastify'
import helmet from '@fastify/helmet'
import cors from '@fastify/cors'
import proxy from '@fastify/http-proxy'
import { randomUUID } from 'node:crypto'
import { analyticsEndpoints, statsEndpoints } from './analytics.mjs'
import { groupEndpoints } from './groups.mjs'
import { HttpError, bearerOf, connectAll, gatewaySecret, identify, isBehindGateway, log, role, serves } from './platform.mjs'
import { sessionEndpoints } from './sessions.mjs'
import { userEndpoints } from './users.mjs'

const app = Fastify({ logger: false, trustProxy: isBehindGateway,
  genReqId: request => request.headers['x-request-id'] ?? randomUUID() })
if (!isBehindGateway) { // the first process sets what browsers read
  await app.register(helmet)
  await app.register(cors, { origin: ['https://app.mindspace.example'] })
}
app.setValidatorCompiler(({ schema }) => data => {
  const result = schema.safeParse(data)
  return result.success ? { value: result.data } : { error: new HttpError(422, result.error.issues[0].message) }
})
app.addHook('onResponse', (request, reply, done) => {
  log.info({ id: request.id, method: request.method, url: request.url, status: reply.statusCode, ms: reply.elapsedTime,
    ip: request.ip, user: request.user })
  done()
})
app.setErrorHandler((error, request, reply) => {
  const status = error.statusCode ?? 500
  if (status >= 500) log.error({ id: request.id, error: String(error.stack) })
  reply.code(status).type('application/problem+json')
    .send(JSON.stringify({ status, detail: status >= 500 ? 'internal error' : error.message, requestId: request.id }))
})
app.decorateRequest('user', null)

app.addHook('onRequest', async request => {
  const path = request.url.split('?', 1)[0]
  if (path === '/livez' || request.headers.upgrade) return
  if (isBehindGateway) {
    if (request.headers['x-gateway-secret'] !== gatewaySecret) throw new HttpError(403, 'forbidden')
    request.user = request.headers['x-user-id'] || null
  } else {
    request.user = await identify(request.ip, path.startsWith('/api/v1/auth/') ? undefined : bearerOf(request))
  }
})
app.get('/livez', () => ({ status: 'ok' }))

if (serves('auth') || serves('user')) userEndpoints(app)
if (serves('user')) statsEndpoints(app)
if (serves('meditation')) {
  sessionEndpoints(app)
  groupEndpoints(app)
}
if (serves('analytics')) analyticsEndpoints(app)
if (role === 'gateway') {
  for (const [name, prefix] of Object.entries({ auth: '/auth', user: '/users', meditation: '/sessions', analytics: '/analytics' })) {
    await app.register(proxy, { prefix: '/api/v1' + prefix, rewritePrefix: '/api/v1' + prefix,
      upstream: `http://127.0.0.1:${process.env[`${name.toUpperCase()}_PORT`]}`,
      undici: { connections: 64, pipelining: 1, keepAliveTimeout: 60000 },
      replyOptions: { rewriteRequestHeaders: (request, headers) => ({ ...headers, 'x-gateway-secret': gatewaySecret,
        'x-user-id': request.user ?? '', 'x-request-id': request.id, 'x-forwarded-for': request.ip }) } })
  }
}

await connectAll()
await app.listen({ port: Number(process.env.PORT ?? 0), host: '127.0.0.1', backlog: 4096 })
process.on('SIGTERM', async () => {
  await Promise.race([app.close().catch(() => {}), new Promise(resolve => setTimeout(resolve, 2000))])
  log.flush()
  process.exit(0)
})
console.log(JSON.stringify({ port: app.server.address().port }))
