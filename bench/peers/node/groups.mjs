// Groups, their tickets and their sockets; rooms are spread over processes by Redis' pub/sub.
import { WebSocketServer, Sender } from 'ws'
import { randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { HttpError, bearerOf, identify, integer, log, object, redis, statement, text } from './platform.mjs'

const insertGroup = statement('insert_group',
  'INSERT INTO groups (host_id, title, kind, planned_seconds) VALUES ($1, $2, $3, $4) RETURNING id, host_id')
const findGroup = statement('find_group', 'SELECT id, host_id, planned_seconds FROM groups WHERE id = $1')

const smallRoom = 100 // participants; in a larger room joins are announced together, four times a second
const frameOptions = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false }
const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello') }),
  z.object({ type: z.literal('start'), countdownSeconds: z.int().min(0).max(60).optional() }),
  z.object({ type: z.literal('reaction'), kind: z.enum(['heart', 'bow', 'smile']), ref: z.string().max(64).optional() }),
  z.object({ type: z.literal('time'), t0: z.number() })])

class Room {
  sockets = new Set()
  seq = 0
  joined = 0
  constructor(group) {
    this.group = group
  }
  // Serialised and framed once; the same buffers are written to all.
  deliver(json) {
    const frame = Sender.frame(Buffer.from(json), frameOptions)
    for (const socket of this.sockets) {
      if (socket.bufferedAmount > 1 << 20) socket.terminate()
      else socket._sender.sendFrame(frame)
    }
  }
}

const rooms = new Map(), origin = randomUUID()
let subscriber

function publish(room, event) {
  const json = JSON.stringify({ ...event, seq: ++room.seq, epoch: origin })
  room.deliver(json)
  redis.publish('room:' + room.group.id, origin + '|' + json)
}

function handle(socket, room, user, data) {
  let message
  try {
    message = Message.parse(JSON.parse(data))
  } catch {
    return socket.send('{"type":"error","code":"bad_message"}')
  }
  const now = Date.now()
  if (message.type === 'hello') {
    socket.send(JSON.stringify({ type: 'welcome', self: { id: user }, group: room.group.id, state: 'scheduled',
      participantCount: room.sockets.size, epoch: origin, seq: room.seq, serverTime: now, resumed: false }))
    if (room.sockets.size > smallRoom) ++room.joined
    else publish(room, { type: 'join', participant: { id: user }, participantCount: room.sockets.size })
  } else if (message.type === 'time') {
    socket.send(JSON.stringify({ type: 'time', t0: message.t0, t1: now, t2: now }))
  } else if (message.type === 'reaction') {
    publish(room, { type: 'reaction', from: user, kind: message.kind, ref: message.ref })
  } else if (user !== room.group.host_id) {
    socket.send('{"type":"error","code":"forbidden"}')
  } else {
    const startsAt = now + 1000 * (message.countdownSeconds ?? 0)
    publish(room, { type: 'start', startsAt, endsAt: startsAt + 1000 * room.group.planned_seconds, bells: [0], by: user })
  }
}

async function roomOf(id) {
  if (!rooms.has(id)) {
    const [group] = await findGroup([id])
    if (!group) throw new HttpError(404, 'no such group')
    if (!rooms.has(id)) {
      rooms.set(id, new Room(group))
      subscriber.subscribe('room:' + id)
    }
  }
  return rooms.get(id)
}

function open(socket, room, user) {
  room.sockets.add(socket)
  socket.isAlive = true
  redis.hincrby('presence:' + room.group.id, user, 1)
  log.info({ event: 'socket.open', group: room.group.id, user })
  socket.on('error', () => {})
  socket.on('pong', () => { socket.isAlive = true })
  socket.on('message', data => handle(socket, room, user, data))
  socket.on('close', () => {
    room.sockets.delete(socket)
    redis.hincrby('presence:' + room.group.id, user, -1)
    log.info({ event: 'socket.close', group: room.group.id, user })
    if (!room.sockets.size && rooms.get(room.group.id) === room) {
      rooms.delete(room.group.id)
      subscriber.unsubscribe('room:' + room.group.id)
    } else if (room.sockets.size > smallRoom) ++room.joined
    else publish(room, { type: 'leave', participant: { id: user }, participantCount: room.sockets.size })
  })
}

async function upgrade(sockets, request, connection, head) {
  connection.on('error', () => {})
  try {
    const url = new URL(request.url, 'http://localhost'), [, id] = /^\/api\/v1\/groups\/([0-9a-f-]{36})\/live$/.exec(url.pathname) ?? []
    if (!id) throw new HttpError(404, 'not found')
    const ticket = url.searchParams.get('ticket')
    let user
    if (ticket) {
      await identify(connection.remoteAddress)
      const [group, holder] = (await redis.getdel('ticket:' + ticket))?.split('|') ?? []
      if (group !== id) throw new HttpError(401, 'invalid ticket')
      user = holder
    } else {
      user = await identify(connection.remoteAddress, bearerOf(request))
    }
    const room = await roomOf(id)
    sockets.handleUpgrade(request, connection, head, socket => open(socket, room, user))
  } catch (error) {
    connection.end(`HTTP/1.1 ${error.statusCode ?? 500} Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
  }
}

export function groupEndpoints(app) {
  app.post('/api/v1/groups', { schema: {
    body: z.object({ title: z.string().min(1).max(120), kind: z.string().max(32), plannedSeconds: z.int().min(60).max(86400) }),
    response: { 201: object({ id: text }) } } }, async (request, reply) => {
    const { title, kind, plannedSeconds } = request.body
    const [group] = await insertGroup([request.user, title, kind, plannedSeconds])
    reply.code(201)
    return group
  })

  app.post('/api/v1/groups/:id/ticket', { schema: { params: z.object({ id: z.uuid() }),
    response: { 200: object({ ticket: text, url: text, expiresIn: integer }) } } }, async request => {
    const { id } = request.params, ticket = randomBytes(24).toString('base64url')
    await roomOf(id)
    await redis.set('ticket:' + ticket, id + '|' + request.user, 'EX', 30)
    return { ticket, url: `ws://${request.headers.host}/api/v1/groups/${id}/live?ticket=${ticket}`, expiresIn: 30 }
  })

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 4096, clientTracking: false })
  app.server.on('upgrade', (request, connection, head) => upgrade(sockets, request, connection, head))
  subscriber = redis.duplicate({ enableAutoPipelining: false })
  subscriber.on('message', (channel, message) => { // this process has delivered its own
    if (!message.startsWith(origin)) rooms.get(channel.slice(5))?.deliver(message.slice(37))
  })
  setInterval(() => {
    for (const room of rooms.values()) {
      if (room.joined) publish(room, { type: 'presence', participantCount: room.sockets.size, joined: [], left: [] })
      room.joined = 0
    }
  }, 250).unref()
  setInterval(() => {
    for (const room of rooms.values()) {
      for (const socket of room.sockets) {
        if (!socket.isAlive) socket.terminate()
        else {
          socket.isAlive = false
          socket.ping()
        }
      }
    }
  }, 30000).unref()
}
