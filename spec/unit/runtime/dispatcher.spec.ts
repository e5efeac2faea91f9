import { describe, expect, it } from '@jest/globals'
import { Controller, OnMessage } from 'enfilade'
import { nextTurn } from '../../support/next-turn.js'
import { compileControllers } from '../../support/compile-controllers.js'
import { createRuntime } from '../../support/create-runtime.js'

describe('Dispatcher', () => {
  it.each<[string, () => unknown]>([
    [
      'has a then that throws',
      () => Object.defineProperty({}, 'then', { get: () => JSON.parse('{') as never }),
    ],
    ['cannot be encoded', () => 1n],
    ['is a thenable that throws', () => ({ then: () => JSON.parse('{') as never })],
    [
      'is a thenable that rejects',
      () => ({ then: (_ok: unknown, fail: (error: Error) => void) => fail(new Error('no')) }),
    ],
  ])('answers 500 for a result that %s, and throws nothing', async (_what, result) => {
    @Controller()
    class C {
      @OnMessage('ask') ask(): unknown {
        return result()
      }
    }
    const { app, host, connection, socket } = compileControllers([C])
    const { dispatcher } = createRuntime(host, app)
    dispatcher.receive(connection, JSON.stringify({ event: 'ask', path: '/', id: 1 }))
    await dispatcher.whenIdle()
    await nextTurn()
    expect(socket.records).toEqual([{ id: 1, error: { code: 500, message: 'Internal Error' } }])
    expect(host.counters.inFlight).toBe(0)
  })
})
