import { describe, expect, it } from '@jest/globals'
import { Controller, ENFILADE_V1, OnDisconnect, OnMessage } from 'enfilade'
import { closeConnections } from '../../../lib/runtime/shutdown.js'
import { compileControllers } from '../../support/compile-controllers.js'
import { createRuntime } from '../../support/create-runtime.js'
import { defer, within } from '../../support/deadline.js'
import { createConnection } from '../../support/fake-connection.js'

/** An app without sockets, and a client of each kind connected to it. */
function runtime(controller: unknown) {
  const { app, host } = compileControllers([controller])
  const { failures, dispatcher, lifecycle } = createRuntime(host, app)
  const connect = (subprotocol: string) => {
    const client = createConnection(host, { subprotocol })
    client.socket.onEnd = (code, reason) => lifecycle.closed(client.connection, code, reason)
    lifecycle.opened(client.connection)
    const send = (message: object): void =>
      dispatcher.receive(client.connection, JSON.stringify(message))
    return { ...client, send }
  }
  const flush = (): void => undefined
  const parts = { ...host, dispatcher, lifecycle, failures, flush }
  return { host, plain: connect(''), v1: connect(ENFILADE_V1), parts }
}

const ask = { event: 'ask', path: '/', id: 1 }

describe('closeConnections', () => {
  it('closes everybody with 1001 at once, whatever is unfinished', async () => {
    @Controller()
    class C {
      @OnMessage('ask') ask(): Promise<void> {
        return new Promise(() => undefined)
      }
    }
    const { plain, v1, parts, host } = runtime(C)
    plain.send(ask)
    await within(closeConnections(parts, 0), 'the end')
    expect(plain.socket.closed).toEqual({ code: 1001, reason: 'The server shuts down' })
    expect(v1.socket.closed).toEqual({ code: 1001, reason: 'The server shuts down' })
    expect(host.server.size).toBe(0)
  })

  it('lets handlers finish in a drain, and refuses new messages', async () => {
    const answer = defer<string>()
    @Controller()
    class C {
      @OnMessage('ask') ask(): Promise<string> {
        return answer.promise
      }
    }
    const { plain, v1, parts } = runtime(C)
    plain.send(ask)
    const done = closeConnections(parts, 60_000)
    plain.send({ ...ask, id: 2 })
    await Promise.resolve()
    expect(v1.socket.records.at(-1)).toEqual({
      event: '$closing',
      path: '/',
      data: { code: 1012, retryAfter: expect.any(Number) },
    })
    expect(plain.socket.closed).toBeUndefined()
    answer.resolve('late')
    await within(done, 'the end')
    expect(plain.socket.records).toEqual([
      { id: 2, error: { code: 503, message: 'The server shuts down' } },
      { id: 1, data: 'late' },
    ])
    for (const { socket } of [plain, v1]) {
      expect(socket.closed).toEqual({ code: 1012, reason: 'The server restarts' })
    }
  })

  it('drains for as long as it is told, however long that is', async () => {
    @Controller()
    class C {}
    const warnings: string[] = []
    const listen = ({ name }: Error): void => void warnings.push(name)
    process.on('warning', listen)
    const { parts } = runtime(C)
    await within(closeConnections(parts, 1e12), 'the end')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings).not.toContain('TimeoutOverflowWarning')
  })

  it('gives handlers up when the drain is over', async () => {
    @Controller()
    class C {
      @OnMessage('ask') ask(): Promise<void> {
        return new Promise(() => undefined)
      }
    }
    const { plain, parts } = runtime(C)
    plain.send(ask)
    await within(closeConnections(parts, 1), 'the end')
    expect(plain.socket.closed).toMatchObject({ code: 1012 })
  })

  it('waits for disconnect handlers', async () => {
    const gone = defer<undefined>()
    let finished = 0
    @Controller()
    class C {
      @OnDisconnect() async leave(): Promise<void> {
        await gone.promise
        finished++
      }
    }
    const { parts } = runtime(C)
    const done = closeConnections(parts, 0)
    gone.resolve(undefined)
    await within(done, 'the end')
    expect(finished).toBe(2)
  })
})
