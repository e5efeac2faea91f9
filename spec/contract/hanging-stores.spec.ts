import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { Controller, Join, OnMessage, WsStoreError } from 'enfilade'
import { JetStreamHistory } from 'enfilade/nats'
import { RedisHistory, RedisSessionStore } from 'enfilade/redis'
import { Broker, hasBroker, JETSTREAM, REDIS } from '../support/broker.js'
import { startApp } from '../support/start-app.js'
import { becomes } from '../support/transport-events.js'
import type { WireClient } from '../support/wire-client.js'

const path = '/chat/a'
const bounds = { size: 50, ttl: 60 }
const timeout = 100

@Controller('/chat/:room', { history: true })
class Chat {
  @OnMessage('join')
  @Join()
  join(): void {}
}

/** How a question fails. */
async function failureOf(question: Promise<unknown>): Promise<WsStoreError> {
  const error = await question.then(() => undefined).catch((cause: unknown) => cause)
  if (!(error instanceof WsStoreError)) throw new Error('it has been answered', { cause: error })
  return error
}

/** A signal takes a moment: until then it answers. */
async function firstFailure(ask: () => Promise<void>): ReturnType<typeof failureOf> {
  for (;;) {
    const question = ask()
    const failure = failureOf(question)
    if (await question.then(() => true).catch(() => false)) await failure.catch(() => undefined)
    else return failure
  }
}

const programs = [
  { program: REDIS, makeHistory: (port: number) => new RedisHistory({ ...redis(port), timeout }) },
  {
    program: JETSTREAM,
    makeHistory: (port: number) =>
      new JetStreamHistory({ servers: `127.0.0.1:${port}`, storage: 'memory', timeout }),
  },
]

function redis(port: number): { url: string } {
  return { url: `redis://127.0.0.1:${port}` }
}

describe.each(programs)('stores in a $program.name that hangs', ({ program, makeHistory }) => {
  const test = hasBroker(program) ? it : it.skip
  let broker: Broker
  let histories: ReturnType<typeof makeHistory>[] = []

  beforeAll(async () => {
    if (hasBroker(program)) broker = await Broker.start(program)
  })
  afterEach(async () => {
    broker.thaw()
    await Promise.all(histories.map((history) => history.close()))
    histories = []
  })
  afterAll(() => broker.stop())

  async function connected(): Promise<ReturnType<typeof makeHistory>> {
    const history = makeHistory(broker.port)
    histories.push(history)
    await history.ready()
    return history
  }

  test('fail what they are asked in time, then at once, and answer when they are back', async () => {
    const history = await connected()
    const append = (): Promise<void> => history.append(path, 'a', { ...bounds, epoch: 'e' })
    await append()
    await broker.freeze()
    const late = { fault: 'late', message: 'the store did not answer within 100 ms' }
    expect(await firstFailure(append)).toMatchObject(late)
    expect(await failureOf(history.read(path, undefined, bounds))).toMatchObject(late)
    await becomes(history, 'degraded')
    // Nothing more is given to the connection, which would keep all of it.
    const asked = Array.from({ length: 100 }, () => failureOf(append()))
    const refused = { fault: 'late', message: 'the store has stopped answering' }
    expect(await Promise.all(asked)).toEqual(asked.map(() => expect.objectContaining(refused)))
    broker.thaw()
    await becomes(history, 'ready')
    await append()
    const { seq } = await history.read(path, undefined, bounds)
    // What was late may have been kept, and what was refused was not.
    expect(seq).toBeLessThan(100)
  })

  test('keep nobody from what is pushed in this process, and it is counted', async () => {
    const history = await connected()
    const { app, connectV1 } = await startApp({ controllers: [Chat], history })
    const client = await connectV1()
    await client.call('join', path)
    await broker.freeze()
    app.rooms.broadcast(path, 'said', path, 1)
    expect(await client.nextPush('said')).toMatchObject({ data: 1 })
    app.rooms.broadcast(path, 'said', path, 2)
    expect(await client.nextPush(({ data }) => data === 2)).toMatchObject({ seq: 2 })
    expect(app.counters.history).toMatchObject({ apart: 1, failed: { late: 1 } })
    broker.thaw()
    await client.nextPush('$gap')
    app.rooms.broadcast(path, 'said', path, 3)
    await client.nextPush(({ data }) => data === 3)
    expect(app.counters.history).toMatchObject({ apart: 0, gaps: 1, restarted: 1 })
    expect(app.counters.history?.seconds).toBeGreaterThan(0)
  })
})

const test = hasBroker(REDIS) ? it : it.skip

test('a client whose session store hangs goes on in its process, and starts anew in another', async () => {
  const broker = await Broker.start(REDIS)
  const stores = [1, 2].map(() => new RedisSessionStore({ ...redis(broker.port), timeout }))
  await Promise.all(stores.map((store) => store.ready()))
  const [here, there] = await Promise.all(
    stores.map((sessions) => startApp({ controllers: [Chat], recovery: { sessions } })),
  )
  const former = await here?.connectV1()
  const session = ((await former?.nextPush('$welcome'))?.data as { session: string }).session
  await former?.call('join', path)
  former?.terminate()
  await former?.closed
  await broker.freeze()
  const again = (client: WireClient | undefined): Promise<unknown> | undefined =>
    client?.call('$resume', '/', { session, rooms: {} })
  const elsewhere = await there?.connectV1()
  expect(await again(elsewhere)).toEqual({ resumed: false, rooms: {} })
  await elsewhere?.call('join', path)
  expect(there?.app.counters.sessions?.failed.late).toBeGreaterThan(0)
  expect(await again(await here?.connectV1())).toMatchObject({ resumed: true })
  broker.thaw()
  await Promise.all(stores.map((store) => becomes(store, 'ready')))
  await here?.stop()
  await there?.stop()
  await Promise.all(stores.map((store) => store.close()))
  await broker.stop()
})
