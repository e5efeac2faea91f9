import { describe, expect, it, jest } from '@jest/globals'
import {
  Connection,
  Controller,
  createWsApp,
  OnDisconnect,
  OnMessage,
  WsConnection,
  WsListenError,
  WsStateError,
  type WsApp,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { connectRaw, openRaw } from '../support/open-raw.js'
import { RawSocket } from '../support/raw-socket.js'
import { startApp } from '../support/start-app.js'

let started = defer<void>()
let goOn = defer<void>()
let left: unknown[] = []

@Controller()
class Working {
  @OnMessage('work', '/')
  async work(): Promise<string> {
    started.resolve()
    await goOn.promise
    return 'done'
  }

  @OnMessage('echo', '/')
  echo(): string {
    return 'echo'
  }

  @OnDisconnect()
  async left(@Connection() connection: WsConnection): Promise<void> {
    await new Promise(setImmediate)
    left.push(connection.closeCode)
  }
}

const start = () => {
  started = defer()
  goOn = defer()
  left = []
  return startApp({ controllers: [Working] })
}

describe('close()', () => {
  it('closes everyone with 1001, and waits for the disconnect handlers', async () => {
    const { app, port } = await start()
    const sockets = await Promise.all([openRaw(port), openRaw(port), openRaw(port)])
    await app.close()
    expect(left).toEqual([1001, 1001, 1001])
    expect(app.counters.connections).toBe(0)
    for (const socket of sockets) {
      expect(await socket.closed).toEqual({
        code: 1001,
        reason: 'The server shuts down',
        clean: true,
      })
    }
  })

  it('lets nobody in any more, and frees the port for the next app', async () => {
    const { app, port } = await start()
    await app.close()
    await expect(RawSocket.connect(port)).rejects.toThrow('ECONNREFUSED')
    const next = createWsApp({ controllers: [], logger: false })
    expect(await next.listen(port, '127.0.0.1')).toEqual({ port })
    await next.close()
  })

  it('does not wait for handlers without a drain', async () => {
    const { app, connect } = await start()
    const client = await connect()
    const work = client.call('work', '/')
    await started.promise
    await app.close()
    await expect(work).rejects.toThrow('The connection is over (1001')
    goOn.resolve()
  })

  it('ends a connection that was accepted but has sent nothing', async () => {
    const { app, port } = await start()
    const socket = await connectRaw(port)
    await app.close()
    expect(await socket.closed).toMatchObject({ clean: false })
  })

  it('is idempotent: a second call waits for the first', async () => {
    const { app, connect } = await start()
    await connect()
    const both = [app.close(), app.close({ drain: 1 })]
    await Promise.all(both)
    await app.close()
    expect(left).toEqual([1001])
  })

  it('of an app that never listened has nothing to do', async () => {
    await expect(createWsApp({ controllers: [], logger: false }).close()).resolves.toBeUndefined()
  })

  it.each([
    [{ drain: -1 }, 'close: drain must be seconds, got -1'],
    [{ drain: NaN }, 'close: drain must be seconds, got NaN'],
    [{ drain: Infinity }, 'close: drain must be seconds, got Infinity'],
    [{ drain: '1' as never }, 'close: drain must be seconds, got "1"'],
    [{ delay: -1 }, 'close: delay must be seconds, got -1'],
  ])('refuses %p, and stays open', async (options, text) => {
    const { app, connect } = await start()
    await expect(app.close(options)).rejects.toThrow(new RangeError(text))
    expect(app.status).toBe('listening')
    expect(await (await connect()).call('echo', '/')).toBe('echo')
  })

  it('of an app whose listen failed frees what it has, once and for all', async () => {
    const { port } = await start()
    const app = createWsApp({ controllers: [Working], logger: false })
    await expect(app.listen(port, '127.0.0.1')).rejects.toThrow(WsListenError)
    expect(app.status).toBe('created')
    await Promise.all([app.close({ delay: 3600, drain: 3600 }), app.close()])
    expect(app.status).toBe('closed')
    await expect(app.listen()).rejects.toMatchObject({ name: 'WsStateError', status: 'closed' })
  })
})

describe('close({ drain })', () => {
  it('lets handlers reply, refuses new messages with 503, then closes with 1012', async () => {
    const { app, connect, connectV1, port } = await start()
    const client = await connect()
    const informed = await connectV1()
    const work = client.call('work', '/')
    await started.promise
    const closing = app.close({ drain: 30 })
    expect(await informed.nextPush('$closing')).toMatchObject({
      data: { code: 1012, retryAfter: expect.any(Number) },
    })
    await expect(client.call('echo', '/')).rejects.toMatchObject({ code: 503 })
    await expect(RawSocket.connect(port)).rejects.toThrow('ECONNREFUSED')
    expect(client.isOpen).toBe(true)
    goOn.resolve()
    expect(await work).toBe('done')
    expect(await client.closed).toEqual({ code: 1012, reason: 'The server restarts' })
    expect(await informed.closed).toMatchObject({ code: 1012 })
    await closing
    expect(left).toEqual([1012, 1012])
  })

  it('closes at once when no handler is at work', async () => {
    const { app, connect } = await start()
    const client = await connect()
    await app.close({ drain: 3600 })
    expect(await client.closed).toMatchObject({ code: 1012 })
  })

  it('waits no longer than it was told', async () => {
    const { app, connect } = await start()
    const client = await connect()
    const work = client.call('work', '/')
    await started.promise
    await app.close({ drain: 0.05 })
    await expect(work).rejects.toThrow('The connection is over (1012')
    goOn.resolve()
  })
})

describe('listen()', () => {
  const apps: WsApp[] = []
  const create = (): WsApp => {
    const app = createWsApp({ controllers: [], logger: false })
    apps.push(app)
    return app
  }

  it('picks a free port by itself', async () => {
    const app = create()
    const { port } = await app.listen()
    expect(port).toBeGreaterThan(0)
    ;(await RawSocket.connect(port)).destroy()
    await app.close()
  })

  it.each([
    [-1, '-1 is no port; use 0 to 65535'],
    [65_536, '65536 is no port; use 0 to 65535'],
    [1.5, '1.5 is no port; use 0 to 65535'],
    [NaN, 'NaN is no port; use 0 to 65535'],
    ['3000' as never, '"3000" is no port; make it a number: Number(port)'],
  ])('refuses %p, which is no port', async (port, text) => {
    const app = create()
    await expect(app.listen(port)).rejects.toThrow(new RangeError(`listen: ${text}`))
    await app.close()
  })

  it('rejects with a WsListenError for an address that is not of this machine', async () => {
    const app = create()
    await expect(app.listen(0, '203.0.113.7')).rejects.toMatchObject({
      name: 'WsListenError',
      port: 0,
      host: '203.0.113.7',
    })
    await app.close()
  })

  it('rejects with a WsListenError when the transport cannot subscribe, and may be called again', async () => {
    const cause = new Error('no broker')
    const subscribe = jest.fn(() => Promise.reject(cause))
    const nothing = (): void => undefined
    const app = createWsApp({
      controllers: [Working],
      logger: false,
      broadcastTransport: { publish: nothing, unsubscribe: nothing, subscribe },
    })
    const failed = { name: 'WsListenError', port: 0, host: '127.0.0.1', cause }
    await expect(app.listen(0, '127.0.0.1')).rejects.toMatchObject(failed)
    subscribe.mockImplementation(() => Promise.resolve() as never)
    await app.listen(0, '127.0.0.1')
    await app.close()
  })

  it('rejects twice, and stays with the first', async () => {
    const app = create()
    const { port } = await app.listen(0, '127.0.0.1')
    await expect(app.listen(0)).rejects.toThrow(
      new WsStateError('listen: the app listens already', 'listening'),
    )
    ;(await RawSocket.connect(port)).destroy()
    await app.close()
  })

  it('rejects after close()', async () => {
    const app = create()
    await app.close()
    await expect(app.listen(0)).rejects.toThrow(
      new WsStateError('listen: the app has been closed', 'closed'),
    )
  })

  it('overtaken by close() leaves nothing that listens', async () => {
    const app = create()
    const listening = app.listen(0, '127.0.0.1')
    await Promise.all([
      expect(listening).rejects.toThrow('listen: the app has been closed'),
      app.close(),
    ])
  })
})
