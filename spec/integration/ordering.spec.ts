import { beforeEach, describe, expect, it } from '@jest/globals'
import { Controller, Data, OnMessage, Serial, WsError } from 'enfilade'
import { defer, type Deferred } from '../support/deadline.js'
import { Inbox } from '../support/inbox.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

let trail: Inbox<string>
let gates: Map<unknown, Deferred<void>>

beforeEach(() => {
  trail = new Inbox<string>('a step')
  gates = new Map()
})

/** Lets the handler that got `name` finish, now or when it comes to that. */
function gate(name: unknown): Deferred<void> {
  const existing = gates.get(name) ?? defer<void>()
  gates.set(name, existing)
  return existing
}

async function work(name: unknown): Promise<unknown> {
  trail.push(`${String(name)} starts`)
  await gate(name).promise
  trail.push(`${String(name)} ends`)
  return name
}

class Worker {
  @OnMessage('work')
  work(@Data(Object) name: unknown): Promise<unknown> {
    return work(name)
  }

  @OnMessage('now')
  now(@Data(Object) name: unknown): unknown {
    trail.push(`${String(name)} now`)
    return name
  }
}

@Controller('/free')
class Free extends Worker {}

@Controller('/method')
class SerialMethod extends Worker {
  @OnMessage('work')
  @Serial()
  override work(@Data(Object) name: unknown): Promise<unknown> {
    return work(name)
  }

  @OnMessage('other')
  @Serial()
  other(@Data(Object) name: unknown): Promise<unknown> {
    return work(name)
  }
}

@Serial()
@Controller('/all')
class SerialController extends Worker {
  @OnMessage('fail')
  fail(@Data(Object) name: unknown): never {
    trail.push(`${String(name)} throws`)
    throw new WsError(409)
  }

  @OnMessage('fail-later')
  async failLater(@Data(Object) name: unknown): Promise<never> {
    await work(name)
    throw new WsError(410)
  }
}

const controllers = [Free, SerialMethod, SerialController]

describe('messages of one connection', () => {
  it('start in the order of their arrival, and may overtake each other while they wait', async () => {
    const client = await (await startApp({ controllers })).connect()
    const a = client.call('work', '/free', 'a')
    const b = client.call('work', '/free', 'b')
    const c = client.call('now', '/free', 'c')
    expect(await c).toBe('c')
    expect(trail.all).toEqual(['a starts', 'b starts', 'c now'])
    gate('b').resolve()
    expect(await b).toBe('b')
    gate('a').resolve()
    expect(await a).toBe('a')
    expect(trail.all.slice(3)).toEqual(['b ends', 'a ends'])
  })

  it('start in the order of their arrival, two hundred in one burst', async () => {
    const client = await (await startApp({ controllers, rateLimit: false })).connect()
    const numbers = Array.from({ length: 200 }, (_, index) => index)
    await Promise.all(numbers.map((number) => client.call('now', '/free', number)))
    expect(trail.all).toEqual(numbers.map((number) => `${number} now`))
  })
})

describe('@Serial on a method', () => {
  it('makes each message wait for the one before, and no other method', async () => {
    const client = await (await startApp({ controllers })).connect()
    const a = client.call('work', '/method', 'a')
    const b = client.call('work', '/method', 'b')
    const other = client.call('other', '/method', 'other')
    await client.call('now', '/method', 'c')
    expect(trail.all).toEqual(['a starts', 'other starts', 'c now'])
    gate('b').resolve()
    gate('other').resolve()
    await other
    gate('a').resolve()
    expect(await Promise.all([a, b])).toEqual(['a', 'b'])
    expect(trail.all.slice(3)).toEqual(['other ends', 'a ends', 'b starts', 'b ends'])
  })

  it('is a queue of each connection, not of all', async () => {
    const { connect } = await startApp({ controllers })
    const [ann, ben] = await Promise.all([connect(), connect()])
    ann.send('work', '/method', 'a')
    expect(await trail.next()).toBe('a starts')
    gate('b').resolve()
    expect(await ben.call('work', '/method', 'b')).toBe('b')
    gate('a').resolve()
    expect(await trail.next({ match: (step) => step === 'a ends' })).toBe('a ends')
  })
})

describe('@Serial on a controller', () => {
  it('makes all its messages wait for each other, synchronous ones too, and no other controller', async () => {
    const client = await (await startApp({ controllers })).connect()
    const calls = [client.call('work', '/all', 'a'), client.call('now', '/all', 'b')]
    calls.push(client.call('work', '/all', 'c'))
    await client.call('now', '/free', 'free')
    expect(trail.all).toEqual(['a starts', 'free now'])
    gate('c').resolve()
    gate('a').resolve()
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
    expect(trail.all.slice(2)).toEqual(['a ends', 'b now', 'c starts', 'c ends'])
  })

  it('goes on after a message that failed, at once or later', async () => {
    const client = await (await startApp({ controllers })).connect()
    const first = client.call('work', '/all', 'a')
    const failing = [client.call('fail-later', '/all', 'b'), client.call('fail', '/all', 'c')]
    const last = client.call('now', '/all', 'd')
    for (const name of ['a', 'b']) gate(name).resolve()
    const codes = (await Promise.all(failing.map(failureOf))).map(({ code }) => code)
    expect([await first, codes, await last]).toEqual(['a', [410, 409], 'd'])
    expect(trail.all).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c throws', 'd now'])
    expect(await client.call('now', '/all', 'e')).toBe('e')
  })

  it('counts those who wait as in flight: past the limit there is a 429', async () => {
    const { app, connect } = await startApp({ controllers, maxInFlight: 3 })
    const client = await connect()
    const calls = ['a', 'b', 'c'].map((name) => client.call('work', '/all', name))
    const failure = { code: 429, message: 'Too many messages in flight' }
    expect(await failureOf(client.call('now', '/all', 'd'))).toEqual(failure)
    expect(await failureOf(client.call('now', '/free', 'd'))).toEqual(failure)
    expect(app.counters.inFlight).toBe(3)
    for (const name of ['a', 'b', 'c']) gate(name).resolve()
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
    expect(app.counters.inFlight).toBe(0)
    expect(await client.call('now', '/all', 'e')).toBe('e')
  })

  it('is waited for by a drain to the last message of the queue', async () => {
    const { app, connect } = await startApp({ controllers })
    const client = await connect()
    const calls = ['a', 'b', 'c'].map((name) => client.call('work', '/all', name))
    await client.call('now', '/free', 'free')
    const closed = app.close({ drain: 60 })
    for (const name of ['a', 'b', 'c']) {
      gate(name).resolve()
      await trail.next({ match: (step) => step === `${name} ends` })
    }
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
    expect(await client.closed).toEqual({ code: 1012, reason: 'The server restarts' })
    await closed
  })

  it('still runs what had arrived when the connection closed', async () => {
    const { connect } = await startApp({ controllers })
    const client = await connect()
    for (const name of ['a', 'b']) client.send('work', '/all', name)
    await client.call('now', '/free', 'free')
    await client.close()
    for (const name of ['a', 'b']) gate(name).resolve()
    await trail.next({ match: (step) => step === 'b ends' })
    expect(trail.all).toEqual(['a starts', 'free now', 'a ends', 'b starts', 'b ends'])
  })
})
