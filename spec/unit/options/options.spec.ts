import { describe, expect, it } from '@jest/globals'
import { problemOf, problemsOf, TABLE } from '../../support/option-problems.js'

const range = (from: number, to: number): string => `must be a whole number from ${from} to ${to}`
const atLeast = (min: number): string => `must be a whole number of at least ${min}`
const NO_TRANSPORT = 'must be an injection token, or have publish, subscribe and unsubscribe'
const NO_TRUST = 'must be true, false, a number of proxies, or a list of addresses'
const NO_LOGGER = 'must be false, or have debug, info, warn and error'

/** Values that no option takes, and how they are called. */
const ALWAYS_WRONG: readonly [unknown, string][] = [
  [null, 'null'],
  [NaN, 'NaN'],
  [-1, '-1'],
  [1n, '1'],
]

const RULES: Record<string, { rule: string; wrong?: readonly [unknown, string][] }> = {
  controllers: {
    rule: 'must be a list of classes',
    wrong: [
      ['x', '"x"'],
      [{}, 'an object'],
    ],
  },
  container: {
    rule: 'must be a tsyringe container',
    wrong: [
      [{}, 'an object'],
      ['x', '"x"'],
    ],
  },
  broadcastTransport: {
    rule: NO_TRANSPORT,
    wrong: [
      [{}, 'an object'],
      [true, 'true'],
      [[], 'an array'],
    ],
  },
  upgradePath: {
    rule: 'must be a path such as "/ws"',
    wrong: [
      ['ws', '"ws"'],
      ['', '""'],
      [/x/, 'an object'],
    ],
  },
  authorize: {
    rule: 'must be a function',
    wrong: [
      ['x', '"x"'],
      [{}, 'an object'],
      [true, 'true'],
    ],
  },
  refuse: {
    rule: "must be 'close' or 'http'",
    wrong: [
      ['HTTP', '"HTTP"'],
      [401, '401'],
    ],
  },
  origins: {
    rule: "must be '*' or a list of origins",
    wrong: [
      ['https://a.example', '"https://a.example"'],
      [[1], 'an array'],
      [true, 'true'],
    ],
  },
  trustProxy: {
    rule: NO_TRUST,
    wrong: [
      ['127.0.0.1', '"127.0.0.1"'],
      [1.5, '1.5'],
      [Infinity, 'Infinity'],
      [{}, 'an object'],
    ],
  },
  use: {
    rule: 'must be a list of middleware',
    wrong: [
      [() => undefined, 'a function'],
      ['x', '"x"'],
    ],
  },
  codec: {
    rule: 'must have decode and encode',
    wrong: [
      [{ decode: () => 1 }, 'an object'],
      ['json', '"json"'],
    ],
  },
  logger: {
    rule: NO_LOGGER,
    wrong: [
      [true, 'true'],
      [{ info: () => 1 }, 'an object'],
      [() => 1, 'a function'],
    ],
  },
  tls: {
    rule: 'must name key_file_name and cert_file_name',
    wrong: [
      [true, 'true'],
      ['x', '"x"'],
    ],
  },
  maxPayload: {
    rule: range(1, 2 ** 30),
    wrong: [
      [0, '0'],
      [2 ** 30 + 1, '1073741825'],
      ['64kb', '"64kb"'],
      [1.5, '1.5'],
      [Infinity, 'Infinity'],
    ],
  },
  maxDepth: {
    rule: range(1, 256),
    wrong: [
      [0, '0'],
      [257, '257'],
      [Infinity, 'Infinity'],
    ],
  },
  idleTimeout: {
    rule: `${range(8, 960)}, or 0 for none`,
    wrong: [
      [1, '1'],
      [7, '7'],
      [961, '961'],
      [8.5, '8.5'],
      [Infinity, 'Infinity'],
      ['60', '"60"'],
    ],
  },
  maxLifetime: {
    rule: atLeast(1),
    wrong: [
      [0, '0'],
      [0.5, '0.5'],
      [Infinity, 'Infinity'],
    ],
  },
  authorizeTimeout: {
    rule: range(1, 3600),
    wrong: [
      [0, '0'],
      [3601, '3601'],
      [Infinity, 'Infinity'],
    ],
  },
  maxConnectionsPerIp: {
    rule: `${atLeast(1)}, or Infinity for none`,
    wrong: [
      [0, '0'],
      [1.5, '1.5'],
      [-Infinity, '-Infinity'],
    ],
  },
  maxRoomsPerConnection: {
    rule: `${atLeast(0)}, or Infinity for none`,
    wrong: [
      [1.5, '1.5'],
      ['1', '"1"'],
    ],
  },
  maxInFlight: {
    rule: `${atLeast(1)}, or Infinity for none`,
    wrong: [
      [0, '0'],
      ['1', '"1"'],
    ],
  },
  compression: {
    rule: 'must be true, false or { threshold }',
    wrong: [
      ['gzip', '"gzip"'],
      [1, '1'],
      [[], 'an array'],
    ],
  },
  backpressure: {
    rule: 'must be { limit, policy }',
    wrong: [
      [1024, '1024'],
      ['drop', '"drop"'],
      [true, 'true'],
      [[], 'an array'],
    ],
  },
  rateLimit: {
    rule: 'must be false or { perSecond, burst }',
    wrong: [
      [true, 'true'],
      [100, '100'],
      ['100', '"100"'],
      [[], 'an array'],
    ],
  },
}

const rows = Object.entries(RULES).flatMap(([name, { rule, wrong = [] }]) =>
  [...ALWAYS_WRONG, ...wrong].map(([value, shown]) => [name, value, shown, rule] as const),
)

describe('createWsApp refuses', () => {
  it.each(rows)('the option %s: %p', (name, value, shown, rule) => {
    const mend =
      name === 'controllers' ? 'list the controller classes: controllers: [ChatController]' : TABLE
    expect(problemOf(name, value)).toEqual({
      where: `createWsApp.${name}`,
      problem: `${rule}, got ${shown}`,
      mend,
    })
  })

  it.each<[string, string, unknown, string]>([
    ['compression', 'threshold', { threshold: 0 }, `${range(1, 2 ** 30)}, got 0`],
    ['compression', 'level', { level: 9 }, 'is no option; there are threshold'],
    ['backpressure', 'limit', { limit: 1023 }, `${range(1024, 2 ** 30)}, got 1023`],
    ['backpressure', 'limit', { limit: Infinity }, `${range(1024, 2 ** 30)}, got Infinity`],
    ['backpressure', 'limit', { limit: null }, `${range(1024, 2 ** 30)}, got null`],
    [
      'backpressure',
      'policy',
      { policy: 'wait' },
      `must be 'close', 'drop' or 'latest', got "wait"`,
    ],
    ['backpressure', 'max', { max: 1 }, 'is no option; there are limit, policy'],
    ['rateLimit', 'perSecond', { burst: 1 }, 'must be a number above 0, got undefined'],
    ['rateLimit', 'perSecond', { perSecond: 0, burst: 1 }, 'must be a number above 0, got 0'],
    [
      'rateLimit',
      'perSecond',
      { perSecond: Infinity, burst: 1 },
      'must be a number above 0, got Infinity',
    ],
    ['rateLimit', 'burst', { perSecond: 1 }, `${atLeast(1)}, got undefined`],
    ['rateLimit', 'burst', { perSecond: 1, burst: 0.5 }, `${atLeast(1)}, got 0.5`],
    [
      'rateLimit',
      'max',
      { perSecond: 1, burst: 1, max: 1 },
      'is no option; there are perSecond, burst',
    ],
  ])('%s.%s of %j', (name, part, value, problem) => {
    expect(problemOf(name, value)).toEqual({
      where: `createWsApp.${name}.${part}`,
      problem,
      mend: TABLE,
    })
  })

  it.each([
    ['https://a.example/', '"https://a.example/" is no origin'],
    ['a.example', '"a.example" is no origin'],
    ['https://*.example', '"https://*.example" is no origin'],
    ['', '"" is no origin'],
  ])('the origin %j', (origin, problem) => {
    expect(problemOf('origins', ['https://b.example', origin])?.problem).toContain(problem)
  })

  it.each([
    ['/:', 'Missing parameter name'],
    ['/*all/x', 'must be the last segment'],
  ])('the upgradePath %s', (path, problem) => {
    expect(problemOf('upgradePath', path)).toMatchObject({
      where: 'createWsApp.upgradePath',
      problem: expect.stringContaining(problem),
    })
  })

  it('an address that is none in trustProxy', () => {
    expect(problemOf('trustProxy', ['10.0.0.0/8', 'proxy.example'])).toMatchObject({
      where: 'createWsApp.trustProxy',
      problem: expect.stringContaining('proxy.example'),
    })
  })

  it('a token that no transport is registered under', () => {
    expect(problemOf('broadcastTransport', 'bus')).toEqual({
      where: 'createWsApp.broadcastTransport',
      problem: '"bus" is not registered',
      mend: 'register a transport under it before createWsApp, or pass the transport itself',
    })
  })

  // All of them are in docs/options.md, which a test compares.
  const list = expect.stringMatching(/^the options are authorize, .*, controllers, .*, use/)

  it.each([
    ['maxpayload', 'did you mean maxPayload?'],
    ['port', 'give it to listen: app.listen(port, host)'],
    ...['cors', 'toString', 'constructor'].map((name) => [name, list] as const),
  ])('the option %s, which there is none of', (name, mend) => {
    expect(problemOf(name, 1)).toMatchObject({ problem: 'is no option', mend })
  })

  it.each([[undefined], [null], [1], ['x'], [[]], [[class {}]], [() => undefined]])(
    '%p in place of options',
    (options) => {
      expect(problemsOf(options)).toEqual([
        {
          where: 'createWsApp',
          problem: 'needs an object of options',
          mend: 'createWsApp({ controllers: [...] })',
        },
      ])
    },
  )

  it('options without controllers', () => {
    expect(problemsOf({})).toEqual([
      {
        where: 'createWsApp.controllers',
        problem: 'is missing',
        mend: 'list the controller classes: controllers: [ChatController]',
      },
    ])
  })

  it('everything wrong at once', () => {
    const wrong = Object.fromEntries(Object.keys(RULES).map((name) => [name, null]))
    const where = Object.keys(RULES).map((name) => `createWsApp.${name}`)
    expect(
      problemsOf(wrong)
        .map((problem) => problem.where)
        .sort(),
    ).toEqual(where.sort())
  })
})

describe('createWsApp accepts', () => {
  it.each<[string, unknown]>([
    ['maxPayload', 1],
    ['maxPayload', 2 ** 30],
    ['idleTimeout', 0],
    ['idleTimeout', 8],
    ['idleTimeout', 960],
    ['maxLifetime', 1],
    ['maxConnectionsPerIp', Infinity],
    ['maxRoomsPerConnection', 0],
    ['maxInFlight', Infinity],
    ['rateLimit', false],
    ['rateLimit', { perSecond: 0.1, burst: 1 }],
    ['backpressure', {}],
    ['backpressure', { policy: 'drop' }],
    ['compression', true],
    ['compression', {}],
    ['compression', { threshold: 1 }],
    ['origins', '*'],
    ['origins', []],
    ['origins', ['HTTPS://A.example', 'http://localhost:3000', 'null']],
    ['trustProxy', 0],
    ['trustProxy', 2],
    ['trustProxy', ['loopback', '10.0.0.0/8', '::1']],
    ['upgradePath', '/rooms/:room{/:seat}'],
    ['refuse', 'http'],
    ['logger', false],
    ...[...Object.keys(RULES)]
      .filter((name) => name !== 'controllers')
      .map((name): [string, unknown] => [name, undefined]),
  ])('%s: %p', (name, value) => {
    expect(problemOf(name, value)).toBeUndefined()
  })
})
