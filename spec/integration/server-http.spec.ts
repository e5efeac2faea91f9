import { request } from 'node:http'
import { describe, expect, it } from '@jest/globals'
import { createWsApp, type WsApp } from 'enfilade'
import { defer, within } from '../support/deadline.js'
import { connectRaw, openRaw, upgradeAnswer } from '../support/open-raw.js'
import { startApp, type StartedApp } from '../support/start-app.js'

interface Answer {
  status: number | undefined
  body: string
}

/** A plain HTTP request, each over a connection of its own. */
function ask(port: number, path: string, method = 'GET'): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    sent.on('error', reject)
    sent.end()
  })
  return within(answer, `an answer to ${method} ${path}`)
}

async function start(define: (http: WsApp['http']) => void): Promise<StartedApp> {
  const started = await startApp({ controllers: [] })
  define(started.app.http)
  return started
}

describe('an HTTP route', () => {
  it('answers with what its handler writes', async () => {
    const { port } = await start((http) =>
      http
        .get('/page', (response) => {
          response.writeStatus('201 Created').writeHeader('X-Made', 'yes').end('<h1>page</h1>')
        })
        .get('/users/:id/name', (response, call) => void response.end(call.getParameter(0))),
    )
    expect(await ask(port, '/page')).toEqual({ status: 201, body: '<h1>page</h1>' })
    expect(await ask(port, '/users/42/name')).toEqual({ status: 200, body: '42' })
  })

  it.each([
    ['get', 'GET'],
    ['post', 'POST'],
    ['put', 'PUT'],
    ['patch', 'PATCH'],
    ['del', 'DELETE'],
    ['options', 'OPTIONS'],
  ] as const)('of %s answers %s only', async (method, verb) => {
    const { port } = await start((http) =>
      http[method]('/it', (response) => void response.end('it')),
    )
    expect(await ask(port, '/it', verb)).toEqual({ status: 200, body: 'it' })
    const other = verb === 'GET' ? 'POST' : 'GET'
    expect(await ask(port, '/it', other)).toMatchObject({ status: 404 })
  })

  it('of any answers every method, and of head the one without a body', async () => {
    const { port } = await start((http) =>
      http
        .any('/any', (response, call) => void response.end(call.getMethod()))
        .head('/head', (response) => void response.end()),
    )
    expect(await ask(port, '/any', 'PUT')).toEqual({ status: 200, body: 'put' })
    expect(await ask(port, '/any')).toEqual({ status: 200, body: 'get' })
    expect(await ask(port, '/head', 'HEAD')).toEqual({ status: 200, body: '' })
  })

  it('may answer later', async () => {
    const { port } = await start((http) =>
      http.get('/later', async (response) => {
        await new Promise(setImmediate)
        response.cork(() => response.end('later'))
      }),
    )
    expect(await ask(port, '/later')).toEqual({ status: 200, body: 'later' })
  })

  it.each<[what: string, handler: () => void | Promise<void>]>([
    ['throws', () => JSON.parse('{') as never],
    ['rejects', () => Promise.reject(new SyntaxError('rejected'))],
    [
      'rejects later',
      async () => {
        await new Promise(setImmediate)
        throw new SyntaxError('late')
      },
    ],
  ])('whose handler %s answers 500 without saying why, and logs it', async (_what, handler) => {
    const { port, logger } = await start((http) => http.get('/fails', handler))
    expect(await ask(port, '/fails')).toEqual({ status: 500, body: 'Internal Error\n' })
    expect(logger.errors()).toEqual([
      {
        level: 'error',
        fields: { err: expect.any(SyntaxError) },
        message: 'an HTTP handler failed',
      },
    ])
  })

  it.each<[what: string, later: boolean]>([
    ['throws', false],
    ['rejects', true],
  ])('whose handler %s after it answered keeps its answer', async (_what, later) => {
    const { port, logger } = await start((http) =>
      http.get('/answered', (response) => {
        response.end('answered')
        const error = new Error('too late')
        if (later) return Promise.reject(error)
        throw error
      }),
    )
    expect(await ask(port, '/answered')).toEqual({ status: 200, body: 'answered' })
    expect(await logger.next('error')).toMatchObject({ fields: { err: { message: 'too late' } } })
    expect(await ask(port, '/answered')).toEqual({ status: 200, body: 'answered' })
  })

  it.each(['answers', 'throws'])('whose client gave up %s without harm', async (outcome) => {
    const asked = defer<void>()
    const goOn = defer<void>()
    const done = defer<void>()
    const { port, app, logger } = await start((http) =>
      http.get('/pending', async (response) => {
        asked.resolve()
        await goOn.promise
        setImmediate(() => done.resolve())
        if (outcome === 'throws') throw new Error('late')
        response.cork(() => response.end('late'))
      }),
    )
    const socket = await connectRaw(port)
    socket.sendBytes('GET /pending HTTP/1.1\r\nHost: x\r\n\r\n')
    await asked.promise
    socket.reset()
    await socket.closed
    // A later turn of the server, which has heard of the end by then.
    await upgradeAnswer(port)
    goOn.resolve()
    await done.promise
    expect(logger.errors()).toHaveLength(1)
    expect(app.counters.connections).toBe(1)
    expect(await upgradeAnswer(port)).toMatchObject({ status: 101 })
  })

  it.each([
    ['get', '/both'],
    ['get', '/*'],
    ['any', '/*'],
  ] as const)('of %s on %s leaves WebSockets their path', async (method, pattern) => {
    const { port, connect } = await start((http) =>
      http[method](pattern, (response) => void response.end('page')),
    )
    expect(await ask(port, '/both')).toEqual({ status: 200, body: 'page' })
    const client = await connect({ path: '/both' })
    expect(await client.call('$ping', '/')).toBeNull()
    const headers = { Upgrade: 'h2c' }
    const other = { path: '/both', headers, omitHeaders: ['Sec-WebSocket-Key'] }
    expect(await upgradeAnswer(port, other)).toEqual({ status: 200, body: 'page' })
  })

  it.each([
    ['page', () => undefined],
    ['', () => undefined],
    ['/page', 'no function'],
    ['/page', undefined],
  ])('with the pattern "%s" and the handler %p is refused', async (pattern, handler) => {
    const app = createWsApp({ controllers: [], logger: false })
    expect(() => app.http.get(pattern, handler as never)).toThrow(/^http\.get/)
    await app.close()
  })
})

describe('a request that no route answers', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/favicon.ico'],
    ['GET', '/x/%'],
    ['POST', '/'],
    ['DELETE', '/anything'],
    ['HEAD', '/'],
    ['OPTIONS', '/'],
  ])('is answered by 404: %s %s', async (method, path) => {
    const { port } = await startApp({ controllers: [] })
    const body = method === 'HEAD' ? '' : 'Not Found\n'
    expect(await ask(port, path, method)).toEqual({ status: 404, body })
  })

  it.each([
    [405, { method: 'POST', headers: { 'Content-Length': '0' } }],
    [426, { headers: { 'Sec-WebSocket-Version': '7' } }],
    [426, { headers: { Upgrade: 'h2c' } }],
  ])('but wanted an upgrade is answered by %d', async (status, parts) => {
    const { port } = await startApp({ controllers: [] })
    const socket = await openRaw(port, parts)
    expect(socket.http.status).toBe(status)
    expect(socket.http.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(await socket.closed).toMatchObject({ clean: false })
  })
})
