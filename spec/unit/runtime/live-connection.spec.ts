import { describe, expect, it } from '@jest/globals'
import { ENFILADE_V1, type WsDropCause, type WsEvents } from 'enfilade'
import { createConnection, createHost } from '../../support/fake-connection.js'
import { nextTurn } from '../../support/next-turn.js'

function dropsOf(events: WsEvents): WsDropCause[] {
  const drops: WsDropCause[] = []
  events.on('drop', ({ cause }) => drops.push(cause))
  return drops
}

describe('an open connection', () => {
  it('sends pushes, replies and errors', async () => {
    const { connection, socket } = createConnection()
    expect(connection.send('said', '/chat/a', { text: 'hi' }, { room: 'a' })).toBe(true)
    expect(connection.send('said', '/')).toBe(true)
    expect(connection.reply(1, { a: 1 })).toBe(true)
    expect(connection.reply('x')).toBe(true)
    expect(connection.replyError(2, 409, 'Taken', { by: 'Ann' })).toBe(true)
    expect(connection.replyError(3, 404, 'Gone')).toBe(true)
    await nextTurn()
    expect(socket.records).toEqual([
      { event: 'said', path: '/chat/a', params: { room: 'a' }, data: { text: 'hi' } },
      { event: 'said', path: '/' },
      { id: 1, data: { a: 1 } },
      { id: 'x', data: null },
      { id: 2, error: { code: 409, message: 'Taken', details: { by: 'Ann' } } },
      { id: 3, error: { code: 404, message: 'Gone' } },
    ])
  })

  it.each([0, '', false, null, []])('replies %j as it is', async (data) => {
    const { connection, socket } = createConnection()
    connection.reply(1, data)
    await nextTurn()
    expect(socket.records).toEqual([{ id: 1, data }])
  })

  it('throws what the codec throws, and sends nothing', () => {
    const { connection, socket } = createConnection()
    const circular: { self?: unknown } = {}
    circular.self = circular
    expect(() => connection.send('e', '/', circular)).toThrow(TypeError)
    expect(() => connection.send('e', '/', 1n)).toThrow(TypeError)
    expect(socket.frames).toEqual([])
  })

  it('sends text as text and bytes as bytes, and compresses only what is long', () => {
    const encode = (record: object): string | Uint8Array =>
      'id' in record ? new Uint8Array(4) : JSON.stringify(record)
    const codec = { decode: JSON.parse as never, encode }
    const host = createHost({ codec, limits: { compressFrom: 100 } })
    const { connection, socket } = createConnection(host)
    connection.reply(1)
    connection.send('e', '/')
    connection.send('e', '/', 'x'.repeat(100))
    const flags = socket.frames.map(({ isBinary, compress }) => [isBinary, compress])
    expect(flags).toEqual([
      [true, false],
      [false, false],
      [false, true],
    ])
  })

  it('has an id of its own, and knows its client', () => {
    const identity = { session: { user: 1 }, remoteAddress: '::1', subprotocol: ENFILADE_V1 }
    const { connection } = createConnection(createHost(), identity)
    expect(connection).toMatchObject({ ...identity, isOpen: true, speaksV1: true, closeReason: '' })
    expect(connection.closeCode).toBeUndefined()
    expect(connection.id).not.toBe(createConnection().connection.id)
  })

  it('closes with code and a reason that fits', () => {
    const { connection, socket } = createConnection()
    connection.close(4000, '€'.repeat(60))
    expect(socket.closed).toEqual({ code: 4000, reason: '€'.repeat(41) })
  })

  it('closes with 1000 by default', () => {
    const { connection, socket } = createConnection()
    connection.close()
    expect(socket.closed).toEqual({ code: 1000, reason: '' })
  })

  it.each([0, 1005, 1006, 1015, 2000, 5000, 70_000, NaN, 1000.5])(
    'refuses to close with %s, which would arrive as another',
    (code) => {
      const { connection, socket } = createConnection()
      expect(() => connection.close(code)).toThrow(RangeError)
      expect(socket.closed).toBeUndefined()
    },
  )
})

describe('a closed connection', () => {
  it('is safe in every member', () => {
    const { connection, socket } = createConnection()
    connection.close()
    connection.socket = undefined
    const count = socket.frames.length
    expect(connection.isOpen).toBe(false)
    expect(connection.bufferedAmount).toBe(0)
    expect(connection.send('e', '/', 1n)).toBe(false)
    expect(connection.reply(1, 1n)).toBe(false)
    expect(connection.replyError(1, 400, 'x')).toBe(false)
    expect(connection.write('x')).toBe(false)
    expect(() => connection.close()).not.toThrow()
    expect(() => connection.close(70_000)).not.toThrow()
    expect(() => connection.closeSoon(1013, 'x')).not.toThrow()
    expect(() => connection.checkBackpressure()).not.toThrow()
    expect([...connection.rooms]).toEqual([])
    expect(socket.frames).toHaveLength(count)
  })
})

describe('closeSoon', () => {
  it('closes in a later turn, once, with the first code', async () => {
    const { connection, socket } = createConnection()
    connection.closeSoon(1013, 'first')
    connection.closeSoon(4400, 'second')
    expect(socket.closed).toBeUndefined()
    expect(connection.isEnding).toBe(true)
    await nextTurn()
    expect(socket.closed).toEqual({ code: 1013, reason: 'first' })
  })

  it('does nothing when the socket has closed meanwhile', async () => {
    const { connection, socket } = createConnection()
    connection.closeSoon(1013, 'late')
    connection.close(1000)
    connection.socket = undefined
    await nextTurn()
    expect(socket.closed).toMatchObject({ code: 1000 })
  })
})

describe('backpressure', () => {
  it('ends a connection whose queue is over the limit', async () => {
    const limits = { backpressure: { limit: 2000, policy: 'close' } } as const
    const { connection, socket } = createConnection(createHost({ limits }))
    socket.status = 0
    socket.buffered = 2000
    expect(connection.send('e', '/')).toBe(true)
    await nextTurn()
    expect(socket.closed).toBeUndefined()
    socket.buffered = 2001
    expect(connection.send('e', '/')).toBe(false)
    expect(connection.dropped).toBe(1)
    await nextTurn()
    expect(socket.closed).toEqual({ code: 1013, reason: 'Slow consumer' })
  })

  it.each(['close', 'drop'] as const)(
    'ends a connection of which uWS has lost something, with the policy %s',
    async (policy) => {
      const host = createHost({ limits: { backpressure: { limit: 2000, policy } } })
      const drops = dropsOf(host.events)
      const { connection, socket } = createConnection(host)
      socket.status = 2
      expect(connection.send('e', '/')).toBe(false)
      connection.lost()
      await nextTurn()
      expect(drops).toEqual(['backpressure'])
      expect(host.counters.drops).toEqual({ backpressure: 1 })
      expect(socket.closed).toEqual({ code: 1013, reason: 'Slow consumer' })
    },
  )
})
