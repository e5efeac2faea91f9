import { describe, expect, it } from '@jest/globals'
import {
  Connection,
  Controller,
  OnConnect,
  OnDisconnect,
  OnMessage,
  Session,
  WsConnection,
  WsError,
  type UpgradeRequest,
  type WsAppOptions,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { connectRaw, openRaw, upgradeAnswer } from '../support/open-raw.js'
import { upgradeRequest } from '../support/raw-upgrade.js'
import { startApp } from '../support/start-app.js'

type Authorize = NonNullable<WsAppOptions['authorize']>

let lifecycle: string[] = []

@Controller()
class Who {
  @OnConnect()
  connected(@Connection() connection: WsConnection): void {
    lifecycle.push(`connect ${connection.id}`)
  }

  @OnDisconnect()
  disconnected(@Connection() connection: WsConnection): void {
    lifecycle.push(`disconnect ${connection.id}`)
  }

  @OnMessage('who', '/')
  who(@Session() session: unknown): unknown {
    return { session }
  }
}

const start = (options: Partial<WsAppOptions>) => {
  lifecycle = []
  return startApp({ controllers: [Who], ...options })
}

const throwing =
  (error: unknown): Authorize =>
  () => {
    throw error
  }

/** The ways to fail, each with the same outcome. */
const forms: [form: string, authorizeWith: (error: unknown) => Authorize][] = [
  ['throws', throwing],
  ['rejects', (error) => () => Promise.reject(error)],
  [
    'rejects later',
    (error) => async () => {
      await new Promise(setImmediate)
      throw error
    },
  ],
]

describe('authorize', () => {
  it.each<[form: string, authorize: Authorize, session: unknown]>([
    ['a value', () => ({ user: 'ann' }), { user: 'ann' }],
    ['a promise', () => Promise.resolve({ user: 'ann' }), { user: 'ann' }],
    ['a string', () => 'ann', 'ann'],
    ['null', () => null, null],
    ['a value after a turn', () => new Promise((resolve) => setImmediate(resolve, 'late')), 'late'],
  ])('gives %s as the session', async (_form, authorize, session) => {
    const { connect } = await start({ authorize })
    const client = await connect()
    expect(await client.call('who', '/')).toEqual({ session })
  })

  it('left out lets everyone in with an empty session', async () => {
    const { connect } = await start({})
    const client = await connect()
    expect(await client.call('who', '/')).toEqual({ session: {} })
  })
})

const refusals = [
  { what: 'WsError 401', error: new WsError(401), code: 4401, reason: 'Unauthorized', status: 401 },
  { what: 'WsError 403', error: new WsError(403, 'No'), code: 4403, reason: 'No', status: 403 },
  { what: 'WsError 404', error: new WsError(404, 'No'), code: 4403, reason: 'No', status: 403 },
  { what: 'WsError 429', error: new WsError(429, 'Wait'), code: 1013, reason: 'Wait', status: 429 },
  { what: 'WsError 503', error: new WsError(503, 'Full'), code: 1013, reason: 'Full', status: 503 },
  { what: 'WsError 500', error: new WsError(500, 'Bad'), code: 1011, reason: 'Bad', status: 500 },
  {
    ...{ what: 'an Error', error: new Error('secret') },
    ...{ code: 1011, reason: 'Internal Error', status: 500 },
  },
  { what: 'a string', error: 'secret', code: 1011, reason: 'Internal Error', status: 500 },
]

describe.each(forms)('when authorize %s', (_form, authorizeWith) => {
  it.each(refusals)('$what, it closes with $code', async ({ error, code, reason }) => {
    const { port, app } = await start({ authorize: authorizeWith(error) })
    const socket = await openRaw(port)
    expect(socket.http.status).toBe(101)
    expect(await socket.closed).toEqual({ code, reason, clean: true })
    expect(app.counters).toMatchObject({ opened: 0, connections: 0, refused: { [code]: 1 } })
    expect(lifecycle).toEqual([])
  })

  it.each(refusals)("$what, refuse: 'http' answers $status", async ({ error, reason, status }) => {
    const { port, app } = await start({ authorize: authorizeWith(error), refuse: 'http' })
    expect(await upgradeAnswer(port)).toEqual({ status, body: `${reason}\n` })
    expect(app.counters).toMatchObject({ opened: 0, refused: { [status]: 1 } })
  })

  it('what is no WsError is logged, and a WsError is not', async () => {
    const secret = new Error('secret')
    const failing = await start({ authorize: authorizeWith(secret) })
    await (
      await openRaw(failing.port)
    ).closed
    expect(failing.logger.errors()).toEqual([
      { level: 'error', fields: { err: secret }, message: 'authorize failed' },
    ])
    const refusing = await start({ authorize: authorizeWith(new WsError(401)) })
    await (
      await openRaw(refusing.port)
    ).closed
    expect(refusing.logger.entries).toEqual([])
  })
})

describe('whoever is let in late', () => {
  it('stays, whatever lies in the memory of the process', async () => {
    const { port } = await start({
      authorize: () => new Promise((admit) => setImmediate(admit, {})),
    })
    for (let one = 1; one <= 40; one++) {
      const socket = await openRaw(port, { headers: { 'Sec-WebSocket-Protocol': 'enfilade.v1' } })
      expect(await socket.nextText()).toContain('$welcome')
      socket.sendText(`{"event":"who","path":"/","id":${one}}`)
      expect(JSON.parse(await socket.nextText())).toEqual({ id: one, data: { session: {} } })
    }
  })
})

describe('a reason', () => {
  it('is cut on a code point to the 123 bytes of a close frame', async () => {
    const { port } = await start({ authorize: throwing(new WsError(403, '€'.repeat(100))) })
    const { reason, code } = await (await openRaw(port)).closed
    expect({ reason, code }).toEqual({ code: 4403, reason: '€'.repeat(41) })
  })

  it('cannot add headers to an HTTP answer', async () => {
    const error = new WsError(401, 'No\r\nSet-Cookie: stolen=1')
    const { port } = await start({ authorize: throwing(error), refuse: 'http' })
    const { http } = await openRaw(port)
    expect(http.headers).not.toHaveProperty('set-cookie')
    expect(http.body).toBe('No Set-Cookie: stolen=1\n')
  })
})

describe('an authorize that never settles', () => {
  const never: Authorize = () => new Promise(() => undefined)

  it.each<['close' | 'http', number]>([
    ['close', 101],
    ['http', 408],
  ])("is over after authorizeTimeout: refuse '%s' answers %d", async (refuse, status) => {
    const { port, app } = await start({ authorize: never, authorizeTimeout: 1, refuse })
    const socket = await openRaw(port)
    expect(socket.http.status).toBe(status)
    const { code } = await socket.closed
    expect(code).toBe(refuse === 'close' ? 4408 : 1006)
    expect(app.counters.refused).toEqual({ [refuse === 'close' ? 4408 : 408]: 1 })
  })

  it('frees the place of its address', async () => {
    let authorize = never
    const { port, connect } = await start({
      authorize: (request) => authorize(request),
      authorizeTimeout: 1,
      maxConnectionsPerIp: 1,
    })
    await (
      await openRaw(port)
    ).closed
    authorize = () => ({})
    expect((await connect()).isOpen).toBe(true)
  })

  it('is ended by close(), which tells the client to try again', async () => {
    const asked = defer<void>()
    const { port, app } = await start({ authorize: (request) => (asked.resolve(), never(request)) })
    const socket = await connectRaw(port)
    socket.sendBytes(upgradeRequest(port))
    await asked.promise
    await app.close()
    expect(await socket.closed).toMatchObject({ code: 1013, reason: 'The server shuts down' })
  })
})

describe('a client that gives up while authorize is pending', () => {
  it('leaves nothing behind: hundreds of them, and every place is free again', async () => {
    const limit = 300
    const pending: (() => void)[] = []
    const outcomes = [
      (resolve: (value: unknown) => void) => resolve({}),
      (_resolve: unknown, reject: (error: unknown) => void) => reject(new WsError(401)),
      (_resolve: unknown, reject: (error: unknown) => void) => reject(new Error('late')),
    ]
    const allPending = defer<void>()
    let isHonest = false
    const { port, app, connect, logger } = await start({
      maxConnectionsPerIp: limit,
      authorize: () => {
        if (isHonest) return {}
        return new Promise((resolve, reject) => {
          const settle = outcomes[pending.length % outcomes.length]!
          pending.push(() => settle(resolve, reject))
          if (pending.length === limit) allPending.resolve()
        })
      },
    })
    const sockets = await Promise.all(
      Array.from({ length: limit }, async (_, index) => {
        const socket = await connectRaw(port)
        socket.sendBytes(upgradeRequest(port, { path: `/${index}` }))
        return socket
      }),
    )
    await allPending.promise
    expect(await upgradeAnswer(port)).toMatchObject({ status: 429 })
    sockets.forEach((socket, index) => (index % 2 === 0 ? socket.destroy() : socket.reset()))
    await Promise.all(sockets.map(({ closed }) => closed))
    isHonest = true
    // The server hears of each end in a turn of its own; the places then fill up to the limit.
    const clients = []
    while (clients.length < limit) {
      const { status } = await upgradeAnswer(port)
      if (status === 101) clients.push(status)
    }
    expect(await upgradeAnswer(port)).toMatchObject({ status: 429 })
    for (const settle of pending) settle()
    await new Promise(setImmediate)
    expect(app.counters).toMatchObject({ connections: limit, opened: limit })
    expect(app.counters.refused).not.toHaveProperty('4401')
    expect(logger.errors()).toEqual([])
    await expect(connect()).rejects.toMatchObject({ status: 429 })
  })
})

describe('the request that authorize gets', () => {
  const capture = async (
    options: Partial<WsAppOptions>,
    parts: Parameters<typeof upgradeAnswer>[1],
  ): Promise<UpgradeRequest> => {
    const seen = defer<UpgradeRequest>()
    const { port } = await start({
      ...options,
      // What is read after an await has to be there still.
      authorize: async (request) => {
        await new Promise(setImmediate)
        seen.resolve(request)
      },
    })
    await upgradeAnswer(port, parts)
    return seen.promise
  }

  it('has path, query, headers, cookies, sub-protocols and Origin, also after an await', async () => {
    const request = await capture(
      { origins: '*' },
      {
        path: '/chat/a%20b?token=a%2Bb&tag=1&tag=2&empty=',
        headers: {
          'X-Thing': 'Mixed Case',
          'X-Twice': ['one', 'two'],
          Cookie: 'a=1; b=%C3%A9; c="quoted"; d=%',
          'Sec-WebSocket-Protocol': 'one, enfilade.v1 ,two',
          Origin: 'https://app.example',
        },
      },
    )
    expect(request.path).toBe('/chat/a%20b')
    expect(request.query.get('token')).toBe('a+b')
    expect(request.query.getAll('tag')).toEqual(['1', '2'])
    expect(request.query.get('empty')).toBe('')
    expect(request.headers).toMatchObject({ 'x-thing': 'Mixed Case', 'x-twice': 'one, two' })
    expect(request.cookies).toMatchObject({ a: '1', b: 'é', d: '%' })
    expect(request.subprotocols).toEqual(['one', 'enfilade.v1', 'two'])
    expect(request.origin).toBe('https://app.example')
    expect(request.remoteAddress).toBe('127.0.0.1')
  })

  it('is empty where the client said nothing', async () => {
    const { query, cookies, subprotocols, origin, params, headers } = await capture({}, {})
    expect([...query]).toEqual([])
    expect({ ...cookies }).toEqual({})
    expect({ ...params }).toEqual({})
    expect(subprotocols).toEqual([])
    expect(origin).toBeUndefined()
    expect(headers.cookie).toBeUndefined()
  })

  it('takes no header for what every object has', async () => {
    const headers = { __proto__x: 'a', constructor: 'b' }
    const request = await capture({}, { headers: { ...headers, Cookie: '__proto__=c' } })
    expect(request.headers.constructor).toBe('b')
    expect(request.headers.toString).toBeUndefined()
    expect(Object.entries(request.cookies)).toEqual([['__proto__', 'c']])
  })

  it.each([
    [undefined, '203.0.113.9', '127.0.0.1'],
    [false, '203.0.113.9', '127.0.0.1'],
    [true, '203.0.113.9', '203.0.113.9'],
    [1, '198.51.100.66, 203.0.113.9', '203.0.113.9'],
    [['127.0.0.0/8'], '198.51.100.66, 203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '203.0.113.9', '127.0.0.1'],
  ])(
    'with trustProxy %j and X-Forwarded-For "%s" names %s',
    async (trustProxy, header, address) => {
      const options = trustProxy === undefined ? {} : { trustProxy }
      const request = await capture(options, { headers: { 'X-Forwarded-For': header } })
      expect(request.remoteAddress).toBe(address)
    },
  )
})

describe('the sub-protocol', () => {
  it.each([
    ['enfilade.v1', 'enfilade.v1'],
    ['chat, enfilade.v1', 'enfilade.v1'],
    ['chat,superchat', undefined],
    ['ENFILADE.V1', undefined],
    ['enfilade.v10', undefined],
  ])('of the offer "%s" is %s', async (offer, chosen) => {
    const { port } = await start({})
    const { http } = await openRaw(port, { headers: { 'Sec-WebSocket-Protocol': offer } })
    expect(http.headers['sec-websocket-protocol']).toBe(chosen)
  })

  it('is chosen for a client that is refused, too, which reads the code only then', async () => {
    const { port } = await start({ authorize: throwing(new WsError(401)) })
    const socket = await openRaw(port, { headers: { 'Sec-WebSocket-Protocol': 'enfilade.v1' } })
    expect(socket.http.headers['sec-websocket-protocol']).toBe('enfilade.v1')
    expect(await socket.closed).toMatchObject({ code: 4401 })
    expect(socket.frames).toHaveLength(1)
  })
})
