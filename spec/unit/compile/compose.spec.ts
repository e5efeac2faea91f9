import { describe, expect, it } from '@jest/globals'
import { guard, WsError, type WsMiddleware } from 'enfilade'
import { compose } from '../../../lib/compile/compose.js'
import { observer } from '../../../lib/runtime/observer.js'
import { NO_MESSAGE, WsContext } from '../../../lib/runtime/ws-context.js'
import { createConnection, createHost } from '../../support/fake-connection.js'

const host = createHost()

const context = new WsContext(
  host,
  'message',
  createConnection(host).connection,
  { handler: 'C.m' },
  {
    ...NO_MESSAGE,
    event: 'e',
  },
)

function run(middleware: readonly WsMiddleware[], core: () => unknown = () => 'core'): unknown {
  return compose(middleware, core)(context)
}

describe('compose', () => {
  it('is the handler itself without middleware', () => {
    const core = (): string => 'core'
    expect(compose([], core)).toBe(core)
  })

  it('runs the first in the list outermost, and gives each the context', () => {
    const trace: unknown[] = []
    const tracing =
      (name: string): WsMiddleware =>
      (given, next) => {
        trace.push([name, given === context])
        return `${name}(${String(next())})`
      }
    expect(run([tracing('a'), tracing('b')])).toBe('a(b(core))')
    expect(trace).toEqual([
      ['a', true],
      ['b', true],
    ])
  })

  it.each<[string, WsMiddleware, unknown]>([
    ['next() returned', (_c, next) => next(), 'core'],
    ['next() gave, when it returns nothing', (_c, next) => void next(), 'core'],
    ['the middleware returned', (_c, next) => [next()], ['core']],
    ['the middleware returned without next()', () => 'short', 'short'],
    ['null, when it returned null', (_c, next) => (next(), null), null],
    ['undefined, when nobody returned anything', () => undefined, undefined],
  ])('results in what %s', (_what, middleware, result) => {
    expect(run([middleware])).toEqual(result)
  })

  it.each<[string, WsMiddleware, unknown]>([
    ['next() returned', async (_c, next) => await next(), 'core'],
    [
      'next() gave, when it resolves to nothing',
      async (_c, next) => (await next(), undefined),
      'core',
    ],
    ['next() gave, when it does not wait for it', async (_c, next) => (next(), undefined), 'core'],
    ['null, when it resolved to null', async (_c, next) => (await next(), null), null],
    ['it answered before the handler', async (_c, next) => (next(), 'early'), 'early'],
  ])('resolves to what %s', async (_what, middleware, result) => {
    await expect(run([middleware], async () => 'core')).resolves.toEqual(result)
    await expect(run([middleware])).resolves.toEqual(result)
  })

  it('makes no promise where there is none', () => {
    expect(run([(_c, next) => next(), guard(() => true)])).toBe('core')
  })

  it('does not run the handler unless next() is called', () => {
    let ran = false
    const core = (): void => {
      ran = true
    }
    run([() => 'stop'], core)
    expect(ran).toBe(false)
  })

  it.each<[string, WsMiddleware]>([
    ['at once', (_c, next) => [next(), next()]],
    ['later', async (_c, next) => [await next(), await next()]],
  ])('refuses a second next() %s, and runs the handler once', async (_when, middleware) => {
    let runs = 0
    const twice = async (): Promise<unknown> => run([middleware], () => ++runs)
    await expect(twice()).rejects.toThrow('next() was called twice')
    expect(runs).toBe(1)
  })

  it.each<[string, () => unknown]>([
    ['throws', () => JSON.parse('{') as unknown],
    ['rejects', async () => JSON.parse('{') as unknown],
  ])('shows middleware what the handler %s', async (_how, core) => {
    const caught = run(
      [
        async (_c, next) => {
          try {
            return await next()
          } catch (error) {
            return error
          }
        },
      ],
      core,
    )
    await expect(caught).resolves.toBeInstanceOf(SyntaxError)
    const passed = async (): Promise<unknown> => run([(_c, next) => next()], core)
    await expect(passed()).rejects.toThrow(SyntaxError)
  })

  it.each<[string, WsMiddleware]>([
    ['answers early', async (_c, next) => (next(), 'early')],
    ['answers early, and at once', (_c, next) => (next(), 'early')],
    ['throws', (_c, next) => (next(), JSON.parse('{') as unknown)],
    ['rejects', async (_c, next) => (next(), JSON.parse('{') as unknown)],
  ])('leaves no rejection behind when middleware %s after next()', async (_what, middleware) => {
    const unhandled: unknown[] = []
    const listen = (error: unknown): void => void unhandled.push(error)
    process.on('unhandledRejection', listen)
    let fail!: (error: Error) => void
    const core = (): Promise<never> => new Promise((_resolve, reject) => (fail = reject))
    try {
      const outcome = (async () => run([middleware], core))()
      fail(new Error('late'))
      await outcome.catch(() => undefined)
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
    } finally {
      process.off('unhandledRejection', listen)
    }
  })

  it('calls an observer with the context, and goes on with what it gives', () => {
    const seen: unknown[] = []
    const watching = observer((given, inner) => {
      seen.push(given)
      return inner(given)
    })
    const promise = Promise.resolve('core')
    expect(run([watching], () => promise)).toBe(promise)
    expect(run([(_c, next) => [next()], watching, (_c, next) => [next()]])).toEqual([['core']])
    // As a function that other middleware calls.
    expect(run([(given, next) => watching(given, next)])).toBe('core')
    expect(seen).toEqual([context, context, context])
  })

  it('starts a lazy thenable once', async () => {
    let starts = 0
    const query = { then: (resolve: (rows: number) => void) => resolve(++starts) }
    await expect(
      run([(_c, next) => next(), async (_c, next) => await next()], () => query),
    ).resolves.toBe(1)
    expect(starts).toBe(1)
  })
})

describe('guard', () => {
  it.each<[string, WsMiddleware]>([
    ['true', guard(({ event }) => event === 'e')],
    ['a promise of true', guard(async ({ event }) => event === 'e')],
  ])('lets through on %s', async (_what, middleware) => {
    expect(await run([middleware])).toBe('core')
  })

  it.each<[string, WsMiddleware, WsError]>([
    ['false', guard(() => false), new WsError(403)],
    ['a promise of false', guard(async () => false), new WsError(403)],
    ['undefined', guard(() => undefined as never), new WsError(403)],
    ['false with a code', guard(() => false, 401), new WsError(401)],
    ['false with a text', guard(() => false, 409, 'Not now'), new WsError(409, 'Not now')],
    [
      'a throw of its own',
      guard(() => {
        throw new WsError(418, 'Tea')
      }),
      new WsError(418, 'Tea'),
    ],
    [
      'a rejection of its own',
      guard(async () => {
        throw new WsError(418, 'Tea')
      }),
      new WsError(418, 'Tea'),
    ],
  ])('refuses on %s', async (_what, middleware, error) => {
    let ran = false
    const refused = async (): Promise<unknown> => run([middleware], () => (ran = true))
    await expect(refused()).rejects.toMatchObject({ code: error.code, message: error.message })
    expect(ran).toBe(false)
  })
})
