import { describe, expect, it } from '@jest/globals'
import { jsonCodec } from '../../../lib/protocol/codec.js'
import type { Encoding } from '../../../lib/rooms/encodings/encoding.js'
import { Encodings } from '../../../lib/rooms/encodings/encodings.js'
import { MixedFrame, type PushFrame } from '../../../lib/rooms/encodings/push-frame.js'
import type { GatheredPush } from '../../../lib/runtime/broadcast-windows.js'
import { Burst } from '../../../lib/runtime/burst.js'
import type { LiveConnection } from '../../../lib/runtime/live-connection.js'
import { createConnection, createHost, type FakeSocket } from '../../support/fake-connection.js'

const room = '/room'
const LIMIT = 4_000
const other = { subprotocol: 'other', ...jsonCodec }
const encodings = new Encodings(jsonCodec, [other])
const host = createHost({ encodings, limits: { backpressure: { limit: LIMIT, policy: 'close' } } })
const { detours } = host

function push(frame: PushFrame, exclude?: LiveConnection): GatheredPush {
  return { frame, exclude }
}

function pushes(count: number, frame = '{}'): GatheredPush[] {
  return Array.from({ length: count }, () => push(frame))
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const numbered = (count: number): GatheredPush[] => numbers(count).map((n) => push(String(n)))

function send(sent: GatheredPush[], ...members: LiveConnection[]): void {
  const burst = new Burst(sent, { room, detours, compressFrom: 100 })
  for (const member of members) burst.sendTo(member)
}

/** A socket that has more to write than the system takes, from the given message on. */
function congest(socket: FakeSocket, from: number, buffered: number): void {
  const { send: sent } = socket
  socket.send = (...frame) => {
    sent.apply(socket, frame)
    if (socket.frames.length < from) return 1
    socket.buffered = buffered
    return 0
  }
}

describe('member by member pays', () => {
  it('for more than uWebSockets.js joins, as long as they are small', () => {
    expect([32, 33, 128, 4000].map((count) => Burst.pays(pushes(count)))).toEqual([
      ...[false, true, true, true],
    ])
  })

  it.each([
    [150, true],
    [600, false],
    [5_000, false],
  ])('for 128 pushes of %i bytes: %s', (bytes, isWorth) => {
    expect(Burst.pays(pushes(128, 'x'.repeat(bytes)))).toBe(isWorth)
  })

  it('for pushes in two encodings that are small in each', () => {
    const frame = 'x'.repeat(150)
    const mixed = new MixedFrame(
      new Map([encodings.main, ...encodings.others].map((e) => [e, frame])),
    )
    expect(Burst.pays(numbers(128).map(() => push(mixed)))).toBe(true)
  })
})

describe('a burst', () => {
  it('goes to each member in order, as text, in one write', () => {
    const [ann, bob] = [createConnection(host), createConnection(host)]
    let corks = 0
    const { cork } = ann.socket
    ann.socket.cork = (callback) => {
      if (ann.socket.frames.length === 0) corks++
      cork.call(ann.socket, callback)
    }
    send(numbered(100), ann.connection, bob.connection)
    for (const { socket } of [ann, bob]) {
      expect(socket.records).toEqual(numbers(100))
      expect(socket.frames.every(({ isBinary, compress }) => !isBinary && !compress)).toBe(true)
    }
    expect(corks).toBe(1)
  })

  it('keeps bytes binary, and compresses from the given length on', () => {
    const { connection, socket } = createConnection(host)
    send([push(new Uint8Array([1])), push('é'), push('x'.repeat(100))], connection)
    expect(socket.frames).toEqual([
      { frame: new Uint8Array([1]), isBinary: true, compress: false },
      { frame: Buffer.from('é'), isBinary: false, compress: false },
      { frame: Buffer.from('x'.repeat(100)), isBinary: false, compress: true },
    ])
  })

  it('leaves each push out for whom it excludes', () => {
    const [ann, bob] = [createConnection(host), createConnection(host)]
    const sent = [push('1', ann.connection), push('2'), push('3', bob.connection)]
    send(sent, ann.connection, bob.connection)
    expect([ann.socket.records, bob.socket.records]).toEqual([
      [2, 3],
      [1, 2],
    ])
  })

  it('reaches each in the encoding it reads, if it is in that', () => {
    const [ann, bob] = [createConnection(host), createConnection(host, { subprotocol: 'other' })]
    const [encoding] = encodings.others as [Encoding]
    const both = new MixedFrame(
      new Map([
        [encodings.main, '"ann"'],
        [encoding, '"bob"'],
      ]),
    )
    const one = new MixedFrame(new Map([[encoding, '"bob only"']]))
    send([push(both), push(one), push('"ann only"')], ann.connection, bob.connection)
    expect(ann.socket.records).toEqual(['ann', 'ann only'])
    expect(bob.socket.records).toEqual(['bob', 'bob only'])
  })

  it('passes over who has closed', () => {
    const [ann, bob] = [createConnection(host), createConnection(host)]
    ann.socket.end()
    ann.connection.socket = undefined
    send(numbered(3), ann.connection, bob.connection)
    expect([ann.socket.frames.length, bob.socket.frames.length]).toEqual([0, 3])
  })
})

describe('a member that becomes slow in a burst', () => {
  it('is sent the rest when it has read, and only what is for it', () => {
    const { connection, socket } = createConnection(host)
    congest(socket, 4, LIMIT / 4 + 1)
    const sent = numbered(10)
    sent[7] = push('7', connection)
    send(sent, connection)
    expect(socket.records).toEqual([0, 1, 2, 3])
    expect(detours.has(connection)).toBe(true)
    socket.buffered = 0
    congest(socket, Infinity, 0)
    connection.drained()
    connection.forgetDetour()
    expect(socket.records).toEqual([0, 1, 2, 3, 4, 5, 6, 8, 9])
  })

  it('is sent all at once while little waits for it', () => {
    const { connection, socket } = createConnection(host)
    congest(socket, 1, LIMIT / 4)
    send(numbered(10), connection)
    expect(socket.records).toEqual(numbers(10))
    expect(detours.isEmpty).toBe(true)
  })

  it('loses what has to be dropped, and that is counted', () => {
    const { connection, socket } = createConnection(host)
    congest(socket, 4, LIMIT + 1)
    send(numbered(10), connection)
    expect(connection.isEnding).toBe(true)
    expect(socket.frames).toHaveLength(4)
    expect(connection.dropped).toBe(6)
    connection.forgetDetour()
  })
})
