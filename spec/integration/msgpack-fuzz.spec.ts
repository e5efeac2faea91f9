import fc from 'fast-check'
import { expect, it } from '@jest/globals'
import { Broadcast, Controller, Data, Join, OnMessage } from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { PackedClient } from '../support/packed-client.js'
import { startApp } from '../support/start-app.js'

@Controller('/room')
class Target {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('rows')
  async *rows(@Data(Object) data: unknown): AsyncGenerator {
    yield data
  }
}

const codec = msgpack()
const frames = fc
  .tuple(
    fc.constantFrom('say', 'join', 'rows', '$stream', '$credit', '$cancel', '$presence', '$resume'),
    fc.anything({ withDate: true, withBigInt: true, withTypedArray: false, withMap: true }),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
  )
  .map(([event, data, changes]) => {
    let frame: Uint8Array
    try {
      frame = new Uint8Array(codec.encode({ event, path: '/room', data, id: 1 }) as Uint8Array)
    } catch {
      frame = new Uint8Array([0xdf, 255, 255, 255, 255])
    }
    for (const [at, byte] of changes) frame[at % frame.length] = byte
    return frame
  })

it('whatever bytes clients send, others are served as before', async () => {
  const { app, url, logger } = await startApp({
    ...{ controllers: [Target], codecs: [msgpack()], rateLimit: false, recovery: true },
  })
  const witness = await PackedClient.connect(url)
  await witness.call('join', '/room')
  for (const batch of fc.sample(fc.array(frames, { minLength: 20, maxLength: 20 }), 60)) {
    const client = await PackedClient.connect(url)
    for (const frame of batch) client.socket.send(frame)
    // An answer comes behind all of them, unless the connection was closed for what it sent.
    await Promise.race([client.call('join', '/room').catch(() => undefined), client.closed])
    client.terminate()
    expect((await witness.call('say', '/room', { a: 1 })).data).toEqual({ a: 1 })
  }
  expect(app.status).toBe('listening')
  expect(witness.texts).toEqual([])
  const faults = logger.entries.filter(({ level }) => level === 'fatal')
  expect(faults).toEqual([])
}, 60_000)
