import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { Controller, Data, Join, OnMessage, type WsAppOptions } from 'enfilade'
import { openRaw } from '../support/open-raw.js'
import type { Frame } from '../support/raw-frames.js'
import { startApp } from '../support/start-app.js'

const COMPRESSED = 4
const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }

@Controller('/room')
class Echo {
  @OnMessage('echo')
  echo(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('join')
  @Join()
  join(): void {}
}

async function start(compression: WsAppOptions['compression']) {
  const started = await startApp({
    controllers: [Echo],
    ...(compression !== undefined && { compression }),
  })
  return { ...started, socket: await openRaw(started.port, { headers }) }
}

function compress(text: string): Buffer {
  // RFC 7692, 7.2.1: without the four bytes at the end.
  return deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4)
}

function inflate({ rsv, payload }: Frame): string {
  const tail = Buffer.from([0, 0, 0xff, 0xff])
  const bytes =
    rsv === COMPRESSED
      ? inflateRawSync(Buffer.concat([payload, tail]), { finishFlush: 2 })
      : payload
  return bytes.toString()
}

const call = (data: unknown): string =>
  JSON.stringify({ event: 'echo', path: '/room', data, id: 1 })

describe('the option compression', () => {
  it.each([
    [undefined, 5000, 0],
    [false, 5000, 0],
    [true, 900, 0],
    [true, 1100, COMPRESSED],
    [{}, 1100, COMPRESSED],
    [{ threshold: 100 }, 60, 0],
    [{ threshold: 100 }, 200, COMPRESSED],
    [{ threshold: 5000 }, 4000, 0],
  ] as const)('%j sends a reply of %i bytes with rsv %i', async (compression, length, rsv) => {
    const { socket } = await start(compression)
    const text = 'a'.repeat(length)
    socket.sendText(call(text))
    const frame = await socket.nextFrame()
    expect(frame.rsv).toBe(rsv)
    expect(JSON.parse(inflate(frame))).toEqual({ id: 1, data: text })
    if (rsv === COMPRESSED) expect(frame.payload.length).toBeLessThan(length / 2)
  })

  it('holds for pushes to a room, too', async () => {
    const { socket, app } = await start({ threshold: 200 })
    socket.sendText('{"event":"join","path":"/room","id":1}')
    await socket.nextFrame()
    for (const length of [10, 1000])
      app.rooms.broadcast('/room', 'said', '/room', 'b'.repeat(length))
    const frames = [await socket.nextFrame(), await socket.nextFrame()]
    expect(frames.map(({ rsv }) => rsv)).toEqual([0, COMPRESSED])
    expect(frames.map((frame) => JSON.parse(inflate(frame)) as unknown)).toEqual(
      [10, 1000].map((length) => ({ event: 'said', path: '/room', data: 'b'.repeat(length) })),
    )
  })

  it('reads what a client has compressed', async () => {
    const { socket } = await start(true)
    socket.sendFrame({ rsv: COMPRESSED, payload: compress(call('hi')) })
    expect(inflate(await socket.nextFrame())).toBe('{"id":1,"data":"hi"}')
  })

  it('counts what comes out of a message against maxPayload', async () => {
    const { socket, app } = await start(true)
    const bomb = compress(call('0'.repeat(20_000_000)))
    expect(bomb.length).toBeLessThan(64 * 1024)
    socket.sendFrame({ rsv: COMPRESSED, payload: bomb })
    await socket.closed
    expect(app.counters.messages).toBe(0)
    const other = await openRaw((await start(true)).port, { headers })
    other.sendText(call(1))
    expect(inflate(await other.nextFrame())).toBe('{"id":1,"data":1}')
  })

  it('is warned of when it is on, since each member costs a compression', async () => {
    const { logger } = await start({ threshold: 10 })
    expect(logger.entries.filter(({ level }) => level === 'warn')).toMatchObject([
      {
        fields: { threshold: 10 },
        message: expect.stringContaining('for each member') as unknown as string,
      },
    ])
    expect((await start(false)).logger.entries).toEqual([])
  })
})
