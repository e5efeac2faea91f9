import { describe, expect, it } from '@jest/globals'
import { Access, Controller, OnMessage, Session } from 'enfilade'
import { Document } from 'enfilade/documents'
import { EchoEngine } from '../support/documents/echo-engine.js'
import { startApp, type StartedApp } from '../support/start-app.js'

const echo = { carrier: 'socket', create: () => new EchoEngine() } as const

@Document('/echo/:name', { engine: echo })
class EchoDocument {
  @Access() access(@Session('may') may: 'none' | 'read' | 'write') {
    return may
  }
}

@Controller()
class Greeter {
  @OnMessage('hello', '/') hello() {
    return 'hello'
  }
}

function start(options: object = {}): Promise<StartedApp> {
  return startApp({
    controllers: [EchoDocument, Greeter],
    authorize: ({ query }) => ({ may: new URLSearchParams(query).get('may') ?? 'write' }),
    ...options,
  })
}

describe('a document with sockets of its own', () => {
  it('gets the frames of who connects to its path, and nothing else comes to them', async () => {
    const { app, connect } = await start()
    const client = await connect({ path: '/echo/a' })
    client.sendRaw(Buffer.from([1, 2, 3]))
    expect(await client.nextRaw()).toBe('\u0001\u0002\u0003')
    const room = app.documents.get<EchoEngine>('/echo/a')
    expect(room?.engine.told).toHaveLength(1)
    expect(app.counters).toMatchObject({ documents: 1, documentSessions: 1 })
    client.terminate()
    await client.closed
  })

  it('closes who may not, and who was sent out, with nothing but the code', async () => {
    const { app, connect } = await start()
    const refused = await connect({ path: '/echo/a?may=none' })
    refused.sendRaw(Buffer.from([1]))
    expect(await refused.closed).toMatchObject({ code: 4403 })
    const client = await connect({ path: '/echo/a' })
    client.sendRaw(Buffer.from([1]))
    await client.nextRaw()
    const room = app.documents.get<EchoEngine>('/echo/a')
    room?.closeSession(room.sessions()[0]!.id, 'Enough')
    expect(await client.closed).toMatchObject({ code: 4403, reason: 'Enough' })
    expect(app.counters.documentSessions).toBe(0)
  })

  it('closes who sends too fast, since a frame that is left out would be missed for good', async () => {
    const { connect } = await start({ rateLimit: { perSecond: 1, burst: 2 } })
    const client = await connect({ path: '/echo/a' })
    for (let left = 3; left > 0; left--) client.sendRaw(Buffer.from([left]))
    expect(await client.closed).toMatchObject({ code: 1013 })
  })

  it('leaves the clients of the app alone, whatever path they connect to', async () => {
    const { connect, connectV1 } = await start()
    const elsewhere = await connect({ path: '/' })
    expect(await elsewhere.call('hello', '/')).toBe('hello')
    const v1 = await connect({ path: '/echo/a', protocols: 'enfilade.v1' })
    expect(await v1.call('hello', '/')).toBe('hello')
    const asking = await connectV1()
    asking.send('$document', '/echo/a', { type: 'connect' })
    const { data } = await asking.nextPush('$error')
    expect(data).toMatchObject({ code: 400, path: '/echo/a' })
  })
})
