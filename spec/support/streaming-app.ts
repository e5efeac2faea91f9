import { beforeEach } from '@jest/globals'
import {
  Controller,
  Data,
  Message,
  OnMessage,
  Serial,
  Stream,
  Timeout,
  WsError,
  type WsAppOptions,
  type WsMessageInfo,
  type WsMiddleware,
} from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { defer, within, type Deferred } from './deadline.js'
import { startApp, type StartedApp } from './start-app.js'

export const path = '/rows'

/** What the handlers have done. */
export let given: number
export let ended: string[]
export let gate: Deferred<void>
export let reached: Deferred<void>
export let signals: AbortSignal[]

const keepSignal: WsMiddleware = (context, next) => {
  signals.push(context.signal)
  return next()
}

@Controller(path)
class Rows {
  @OnMessage('count')
  async *count(@Data(Number) to: number): AsyncGenerator<number, string> {
    try {
      for (let n = 0; n < to; n++) {
        given++
        yield n
      }
      return 'done'
    } finally {
      ended.push('count')
    }
  }

  @OnMessage('iterable')
  @Stream()
  iterable(): AsyncIterable<string> {
    let left = 2
    const next = () => Promise.resolve({ done: left-- === 0, value: 'item' })
    return { [Symbol.asyncIterator]: () => ({ next }) as AsyncIterator<string> }
  }

  @OnMessage('maybe')
  @Stream()
  maybe(): string {
    return 'no stream'
  }

  @OnMessage('plain')
  plain(): string {
    return 'plain'
  }

  @OnMessage('fail')
  async *fail(@Data() code: number): AsyncGenerator<number> {
    yield 1
    if (code === 0) throw new TypeError('secret')
    throw new WsError(code, 'No more', { at: 1 })
  }

  @OnMessage('unwritable')
  async *unwritable(): AsyncGenerator {
    try {
      yield 1
      yield { n: 1n }
    } finally {
      ended.push('unwritable')
    }
  }

  @OnMessage('wait')
  async *wait(): AsyncGenerator<string> {
    try {
      yield 'first'
      reached.resolve()
      await gate.promise
      yield 'second'
    } finally {
      ended.push('wait')
    }
  }

  @OnMessage('hang')
  @Timeout(20)
  async *hang(): AsyncGenerator<string> {
    try {
      yield 'first'
      await gate.promise
    } finally {
      ended.push('hang')
    }
  }

  @OnMessage('large')
  async *large(@Data(Number) bytes: number): AsyncGenerator<string> {
    try {
      for (;;) {
        given++
        yield 'x'.repeat(bytes)
      }
    } finally {
      ended.push('large')
    }
  }

  @OnMessage('in turn')
  @Serial()
  async *inTurn(@Data(Number) n: number): AsyncGenerator<number> {
    yield n
    await gate.promise
    yield n
  }

  @OnMessage('bytes')
  async *bytes(@Message() { params }: WsMessageInfo): AsyncGenerator {
    yield new Uint8Array([1, 2])
    yield undefined
    yield params
  }
}

/** Starts an app of streams. */
export function start(more: Partial<WsAppOptions> = {}): Promise<StartedApp> {
  return startApp({ controllers: [Rows], use: [keepSignal], codecs: [msgpack()], ...more })
}

/** Reads to the end. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** Waits until the server has no stream any more. */
export async function settled({ app }: StartedApp): Promise<void> {
  const look = (done: () => void): void => {
    if (app.counters.inFlight === 0) done()
    else setImmediate(look, done)
  }
  await within(new Promise<void>((resolve) => look(resolve)), 'no handler in flight')
}

beforeEach(() => {
  given = 0
  ended = []
  gate = defer<void>()
  reached = defer<void>()
  signals = []
})

/** A `$stream`, as text. */
export function request(id: string | number, event: string, data: unknown, credit: number): string {
  return JSON.stringify({ event: '$stream', path, id, data: { event, data, credit } })
}

/** Waits until no more than so many handlers are in flight. */
export async function settledTo({ app }: StartedApp, inFlight: number): Promise<void> {
  const look = (done: () => void): void => {
    if (app.counters.inFlight <= inFlight) done()
    else setImmediate(look, done)
  }
  await within(new Promise<void>((resolve) => look(resolve)), 'fewer handlers in flight')
}
