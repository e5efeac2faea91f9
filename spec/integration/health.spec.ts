import { afterEach, describe, expect, it } from '@jest/globals'
import { Agent, get, request, type IncomingMessage } from 'node:http'
import {
  Controller,
  createWsApp,
  OnMessage,
  type TransportStatus,
  type WsAppOptions,
} from 'enfilade'
import { startApp } from '../support/start-app.js'

@Controller()
class Echo {
  @OnMessage('echo', '/') echo(): string {
    return 'echo'
  }
}

const agents: Agent[] = []

afterEach(() => {
  for (const agent of agents.splice(0)) agent.destroy()
})

interface Answer {
  status: number | undefined
  body: string
  cache: string | undefined
}

const start = (options: Partial<WsAppOptions> = {}) =>
  startApp({ controllers: [Echo], health: true, ...options })

/** Asks over one connection that is kept: a balancer's. */
function prober(port: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  agents.push(agent)
  return (path: string, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', path, method, agent }, (response) => {
        void read(response).then(resolve, reject)
      })
      asked.on('error', reject).end()
    })
}

async function read(response: IncomingMessage): Promise<Answer> {
  let body = ''
  for await (const chunk of response) body += String(chunk)
  const { statusCode: status, headers } = response
  return { status, body, cache: headers['cache-control'] }
}

const ok = { status: 200, body: 'ok\n', cache: 'no-store' }

describe('the option health', () => {
  it('answers for the living and the ready, to GET and HEAD', async () => {
    const { port } = await start()
    const ask = prober(port)
    expect(await ask('/livez')).toEqual(ok)
    expect(await ask('/readyz')).toEqual(ok)
    expect(await ask('/readyz', 'HEAD')).toEqual({ ...ok, body: '' })
    expect(await ask('/readyz', 'POST')).toMatchObject({ status: 404 })
  })

  it('has paths of its own, and leaves the others alone', async () => {
    const { port } = await start({ health: { ready: '/up' } })
    const ask = prober(port)
    expect(await ask('/up')).toEqual(ok)
    expect(await ask('/livez')).toEqual(ok)
    expect(await ask('/readyz')).toMatchObject({ status: 404 })
  })

  it.each([[undefined], [false]])('%p answers nothing', async (health) => {
    const { port } = await start({ health })
    expect(await prober(port)('/livez')).toMatchObject({ status: 404 })
  })

  it('does not get in the way of a WebSocket on the same path', async () => {
    const { connect } = await start()
    const client = await connect({ path: '/readyz' })
    expect(await client.call('echo', '/')).toBe('echo')
  })

  it('is not ready from the first moment of close(), while it lives on and serves', async () => {
    const { app, port, connect } = await start()
    const ask = prober(port)
    expect(await ask('/readyz')).toEqual(ok)
    const closing = app.close({ delay: 2 })
    expect(app.status).toBe('closing')
    expect(await ask('/readyz')).toEqual({ ...ok, status: 503, body: 'closing\n' })
    expect(await ask('/livez')).toEqual(ok)
    const late = await connect()
    expect(await late.call('echo', '/')).toBe('echo')
    await closing
    expect(await late.closed).toMatchObject({ code: 1001 })
  })

  it('is not ready while the broadcast transport is down', async () => {
    const nothing = (): void => undefined
    const transport = {
      status: 'ready' as TransportStatus,
      ...{ publish: nothing, subscribe: nothing, unsubscribe: nothing },
      ...{ onStatus: () => nothing, onGap: () => nothing },
    }
    const { port } = await start({ broadcastTransport: transport })
    const ask = prober(port)
    for (const status of ['connecting', 'ready', 'degraded'] as const) {
      transport.status = status
      expect(await ask('/readyz')).toEqual(ok)
    }
    transport.status = 'down'
    const down = { ...ok, status: 503, body: 'broadcast transport down\n' }
    expect(await ask('/readyz')).toEqual(down)
    expect(await ask('/livez')).toEqual(ok)
  })

  it('reaches nobody before the app listens', async () => {
    const { app, port } = await start()
    await app.close()
    createWsApp({ controllers: [Echo], health: true, logger: false })
    const asked = new Promise((_resolve, reject) =>
      get({ port, path: '/livez' }).on('error', reject),
    )
    await expect(asked).rejects.toThrow('ECONNREFUSED')
  })
})
