import { request } from 'node:http'
import { connect } from 'node:net'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { Broadcast, Controller, Join, Leave, OnConnect, OnMessage, Param, WsError } from 'enfilade'
import { messageDurations, metricsRoute, prometheusMetrics } from 'enfilade/metrics'
import { Gauge, Registry } from 'prom-client'
import { defer, within } from '../support/deadline.js'
import { startApp, type StartedApp } from '../support/start-app.js'

@Controller('/chat/:room')
class ChatController {
  @OnConnect()
  connected(): void {}

  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('leave')
  @Leave()
  leave(): void {}

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Param('room') room: string): string {
    return room
  }

  @OnMessage('later')
  async later(): Promise<string> {
    await new Promise(setImmediate)
    return 'late'
  }

  @OnMessage('refuse')
  refuse(): void {
    throw new WsError(409)
  }

  @OnMessage('refuse later')
  async refuseLater(): Promise<void> {
    await new Promise(setImmediate)
    throw new WsError(409)
  }
}

let register: Registry

beforeEach(() => {
  register = new Registry()
})

interface Answer {
  status: number | undefined
  headers: Record<string, unknown>
  body: string
}

function scrape({ port }: StartedApp, authorization?: string): Promise<Answer> {
  const headers = authorization === undefined ? {} : { authorization }
  const answer = new Promise<Answer>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/metrics', agent: false, headers }
    request(options, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body }),
      )
    })
      .on('error', reject)
      .end()
  })
  return within(answer, 'an answer to GET /metrics')
}

/** The value of a series, as Prometheus would read it. */
async function valueOf(series: string): Promise<number | undefined> {
  const lines = (await register.metrics()).split('\n')
  const line = lines.find((candidate) => candidate.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe('the metrics of an app that runs', () => {
  it('tell of its connections, messages, rooms and errors', async () => {
    const started = await startApp({ controllers: [ChatController] })
    prometheusMetrics(started.app, { register })
    const [ann, bob] = [await started.connect(), await started.connect()]
    for (const client of [ann, bob]) await client.call('join', '/chat/a')
    await ann.call('join', '/chat/b')
    await ann.call('say', '/chat/a')
    await bob.call('refuse', '/chat/a').catch(() => undefined)
    const gone = defer<void>()
    started.app.events.on('disconnect', () => gone.resolve())
    expect(await valueOf('enfilade_memberships')).toBe(3)
    await bob.close(4000)
    await within(gone.promise, 'the disconnect')
    const expected = {
      enfilade_connections: 1,
      enfilade_connections_opened_total: 2,
      'enfilade_connections_closed_total{code="4000"}': 1,
      enfilade_messages_total: 5,
      enfilade_replies_total: 5,
      enfilade_broadcasts_total: 1,
      enfilade_pushes_total: 2,
      'enfilade_errors_total{code="409"}': 1,
      enfilade_rooms: 2,
      enfilade_memberships: 2,
      enfilade_in_flight: 0,
    }
    for (const [series, value] of Object.entries(expected)) {
      expect([series, await valueOf(series)]).toEqual([series, value])
    }
  })

  it('tell nothing of paths that clients make up', async () => {
    const use = [messageDurations({ register })]
    const started = await startApp({ controllers: [ChatController], use })
    prometheusMetrics(started.app, { register })
    const client = await started.connect()
    await client.call('say', '/chat/first')
    const before = (await register.metrics()).split('\n').length
    for (let count = 0; count < 20; count++) {
      await client.call('say', `/chat/room-${count}`)
      await client.call(`made up ${count}`, '/nowhere').catch(() => undefined)
    }
    const lines = (await register.metrics()).split('\n')
    // One more: the errors have got a code.
    expect(lines).toHaveLength(before + 1)
    expect(lines.join('\n')).not.toMatch(/room-|made up/)
  })
})

describe('the durations of messages', () => {
  const series = (event: string, outcome: string): string =>
    `enfilade_message_duration_seconds_count{event="${event}",route="/chat/:room",outcome="${outcome}"}`

  it('are counted by event, route and outcome, for values and promises alike', async () => {
    const use = [messageDurations({ register, buckets: [0.1, 1] })]
    const { connect: open } = await startApp({ controllers: [ChatController], use })
    const client = await open()
    expect(await client.call('say', '/chat/a')).toBe('a')
    expect(await client.call('later', '/chat/a')).toBe('late')
    for (const event of ['refuse', 'refuse later']) {
      await expect(client.call(event, '/chat/b')).rejects.toMatchObject({ code: 409 })
    }
    expect(await valueOf(series('say', 'ok'))).toBe(1)
    expect(await valueOf(series('later', 'ok'))).toBe(1)
    expect(await valueOf(series('refuse', 'error'))).toBe(1)
    expect(await valueOf(series('refuse later', 'error'))).toBe(1)
    expect(await valueOf(series('say', 'error'))).toBeUndefined()
    const bounds = (await register.metrics()).match(/le="[^"]+",event="say"/g)
    expect(bounds).toEqual(['0.1', '1', '+Inf'].map((bound) => `le="${bound}",event="say"`))
  })

  it('leave connect handlers out', async () => {
    const use = [messageDurations({ register })]
    const { connect: open } = await startApp({ controllers: [ChatController], use })
    await (await open()).call('join', '/chat/a')
    const counts = (await register.metrics()).match(/_count\{.*/g)
    expect(counts).toEqual([expect.stringContaining('event="join"')])
  })

  it.each([
    ['none', []],
    ['one below the other', [1, 0.5]],
    ['a text', ['1']],
    ['zero', [0, 1]],
    ['no list', 5],
  ])('refuse buckets that are %s', (_what, buckets) => {
    const make = (): unknown => messageDurations({ register, buckets: buckets as number[] })
    expect(make).toThrow(TypeError)
    expect(make).toThrow('messageDurations: buckets has to be a list of seconds')
  })

  it('refuse a registry that has them already', () => {
    messageDurations({ register })
    expect(() => messageDurations({ register })).toThrow(
      'messageDurations: the registry has a metric "enfilade_message_duration_seconds" already',
    )
  })
})

describe('the route of the metrics', () => {
  async function start(options: Parameters<typeof metricsRoute>[2]): Promise<StartedApp> {
    const started = await startApp({ controllers: [ChatController] })
    metricsRoute(started.app, '/metrics', { register, ...options })
    return started
  }

  it('answers with what the registry has, as its type', async () => {
    const started = await start({})
    prometheusMetrics(started.app, { register })
    const { status, headers, body } = await scrape(started)
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: register.contentType,
    })
    expect(body).toContain('\nenfilade_connections 0\n')
  })

  it('answers those only who have the token', async () => {
    const started = await start({ token: 'secret' })
    prometheusMetrics(started.app, { register })
    expect(await scrape(started, 'Bearer secret')).toMatchObject({ status: 200 })
    for (const wrong of [
      undefined,
      '',
      'secret',
      'Bearer secre',
      'Bearer secret2',
      'Basic secret',
    ]) {
      const { status, headers, body } = await scrape(started, wrong)
      expect([status, headers['www-authenticate'], body]).toEqual([401, 'Bearer', ''])
    }
  })

  it('answers 500 when a metric fails, and goes on', async () => {
    const started = await start({})
    let isBroken = true
    const gauge: Gauge = new Gauge({
      ...{ name: 'broken', help: 'Broken.', registers: [register] },
      collect: () => {
        if (isBroken) throw new Error('cannot collect')
        gauge.set(1)
      },
    })
    expect(await scrape(started)).toMatchObject({ status: 500 })
    isBroken = false
    expect(await scrape(started)).toMatchObject({ status: 200 })
  })

  it('forgets a scraper that goes away meanwhile', async () => {
    const started = await start({})
    const [asked, gone] = [defer<void>(), defer<void>()]
    new Gauge({
      ...{ name: 'slow', help: 'Slow.', registers: [register] },
      collect: async () => {
        asked.resolve()
        await gone.promise
      },
    })
    const socket = connect(started.port, '127.0.0.1')
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n')
    await within(asked.promise, 'the scrape')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.resetAndDestroy()
    await within(closed, 'the end of the scraper')
    // The server has seen the end when it has answered somebody who came later.
    await (await started.connect()).call('say', '/chat/a')
    gone.resolve()
    expect(await scrape(started)).toMatchObject({ status: 200 })
    expect(started.logger.errors()).toEqual([])
  })

  it.each([
    ['an empty token', { token: '' }, 'token has to be a string'],
    ['a token that is no text', { token: 5 as never }, 'token has to be a string'],
    ['a registry that is none', { register: {} as never }, 'register is no registry'],
  ])('refuses %s', async (_what, options, message) => {
    const { app } = await startApp({ controllers: [ChatController] })
    expect(() => metricsRoute(app, '/metrics', options)).toThrow(TypeError)
    expect(() => metricsRoute(app, '/metrics', options)).toThrow(message)
  })
})
