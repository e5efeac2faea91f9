import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Controller,
  Data,
  Join,
  OnMessage,
  RateLimit,
  Timeout,
  Use,
  WsDefinitionError,
  createWsApp,
  type WsContext,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { nextTurn } from '../support/next-turn.js'
import { openRaw } from '../support/open-raw.js'
import { startApp } from '../support/start-app.js'

let gate = defer<unknown>()
let signal: AbortSignal | undefined

function keepSignal(context: WsContext, next: () => unknown): unknown {
  signal = context.signal
  return next()
}

@Controller('/slow/:room')
@Timeout(20)
class Slow {
  @OnMessage('join')
  @Join()
  @Broadcast('joined')
  @Use(keepSignal)
  join(): unknown {
    return gate.promise
  }

  @OnMessage('patient')
  @Timeout(0)
  patient(): unknown {
    return gate.promise
  }

  @OnMessage('quick')
  quick(): string {
    return 'quick'
  }
}

@Controller('/plain')
class Plain {
  @OnMessage('wait')
  wait(): unknown {
    return gate.promise
  }
}

@Controller('/limited')
@RateLimit({ perSecond: 0.001, burst: 4 })
class Limited {
  @OnMessage('scarce')
  @RateLimit({ perSecond: 0.001, burst: 2 })
  scarce(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('plenty')
  plenty(): null {
    return null
  }
}

beforeEach(() => {
  gate = defer()
  signal = undefined
})

describe('a handler that takes too long', () => {
  it('is answered by 408, its signal is aborted, and it no longer counts as in flight', async () => {
    const { connect, app } = await startApp({ controllers: [Slow] })
    const client = await connect()
    await expect(client.call('join', '/slow/a')).rejects.toMatchObject({
      code: 408,
      message: 'The handler took too long',
    })
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toMatchObject({ code: 408 })
    expect(app.counters).toMatchObject({ inFlight: 0, errors: { 408: 1 } })
  })

  it.each([
    [
      'finishes',
      () => gate.resolve('late'),
      'a handler finished after 408: its result was dropped',
    ],
    ['fails', () => gate.reject(new Error('late')), 'a handler failed after 408'],
  ])(
    'joins and broadcasts nothing when it %s later, and is logged',
    async (_what, end, message) => {
      const { connect, app, logger } = await startApp({ controllers: [Slow] })
      const client = await connect()
      await expect(client.call('join', '/slow/a')).rejects.toMatchObject({ code: 408 })
      end()
      await nextTurn()
      expect(app.rooms.has('/slow/a')).toBe(false)
      expect(logger.warnings().at(-1)).toMatchObject({ message, fields: { handler: 'Slow.join' } })
      expect(await client.call('quick', '/slow/a')).toBe('quick')
    },
  )

  it('is not so when its method says that there is no limit', async () => {
    const { connect } = await startApp({ controllers: [Slow], handlerTimeout: 20 })
    const client = await connect()
    const patient = client.call('patient', '/slow/a')
    await expect(client.call('join', '/slow/a')).rejects.toMatchObject({ code: 408 })
    gate.resolve('done')
    expect(await patient).toBe('done')
  })

  it('is cut by handlerTimeout, which is off by default', async () => {
    const limited = await startApp({ controllers: [Plain], handlerTimeout: 20 })
    const free = await startApp({ controllers: [Plain] })
    const waits = (await free.connect()).call('wait', '/plain')
    const refused = (await limited.connect()).call('wait', '/plain')
    await expect(refused).rejects.toMatchObject({ code: 408 })
    gate.resolve('done')
    expect(await waits).toBe('done')
  })
})

describe('@RateLimit', () => {
  it('refuses with 429 and says when there is room again, for the method and the controller', async () => {
    const { connect } = await startApp({ controllers: [Limited] })
    const client = await connect()
    for (let n = 0; n < 2; n++) expect(await client.call('scarce', '/limited', n)).toBe(n)
    const refused = { code: 429, details: { retryAfter: expect.any(Number) } }
    await expect(client.call('scarce', '/limited')).rejects.toMatchObject(refused)
    await client.call('plenty', '/limited')
    await expect(client.call('plenty', '/limited')).rejects.toMatchObject(refused)
    // Each connection has its own.
    expect(await (await connect()).call('scarce', '/limited', 1)).toBe(1)
  })
})

describe('rateLimitPerIp', () => {
  it('is shared by the connections of an address, as trustProxy has it, and outlives them', async () => {
    const rateLimitPerIp = { perSecond: 0.001, burst: 2 }
    const options = { rateLimitPerIp, rateLimit: false as const, trustProxy: true }
    const { connect } = await startApp({ controllers: [Plain], ...options })
    const from = (address: string) => connect({ headers: { 'X-Forwarded-For': address } })
    const [ann, bob, cid] = [
      await from('203.0.113.1'),
      await from('203.0.113.1'),
      await from('::1'),
    ]
    await ann.call('$ping', '/')
    await bob.call('$ping', '/')
    ann.terminate()
    const again = await from('203.0.113.1')
    for (const client of [bob, again]) {
      await expect(client.call('$ping', '/')).rejects.toMatchObject({
        code: 429,
        details: { retryAfter: expect.any(Number) },
      })
    }
    expect(await cid.call('$ping', '/')).toBeNull()
  })
})

describe('a flood', () => {
  it('leaves one line in the log, and a count', async () => {
    const rateLimit = { perSecond: 0.001, burst: 50 }
    const { port, app, logger } = await startApp({ controllers: [Limited], rateLimit })
    const socket = await openRaw(port)
    const text = JSON.stringify({ event: 'none', path: '/limited' })
    for (let sent = 0; sent < 90; sent++) socket.sendText(text)
    while (app.counters.messages < 90) await nextTurn()
    expect(app.counters.drops.rateLimit).toBe(40)
    const lines = logger.warnings().filter(({ message }) => message.includes('rate limit'))
    expect(lines).toHaveLength(1)
    expect(logger.warnings().filter(({ fields }) => fields.code === 429)).toEqual([])
  })
})

describe('what is wrong with a limit of a handler', () => {
  it.each([
    [Timeout(-1), '@Timeout: -1 is no number of milliseconds'],
    [Timeout(2 ** 31), '@Timeout: 2147483648 is no number of milliseconds'],
    [RateLimit({ perSecond: 0, burst: 1 }), '@RateLimit: '],
    [RateLimit({ perSecond: 1, burst: 0.5 }), '@RateLimit: '],
    [RateLimit(null as never), '@RateLimit: null is no limit'],
  ])('is told when the app is made (%#)', (decorator, fault) => {
    class Wrong {
      say(): void {}
    }
    const say = Object.getOwnPropertyDescriptor(Wrong.prototype, 'say')!
    OnMessage('say', '/say')(Wrong.prototype, 'say', say)
    decorator(Wrong.prototype, 'say', say)
    Controller()(Wrong)
    const make = () => createWsApp({ controllers: [Wrong], logger: false })
    expect(make).toThrow(WsDefinitionError)
    expect(make).toThrow(fault)
  })
})
