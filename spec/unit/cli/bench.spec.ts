import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { Controller, Data, OnMessage, WsError, type WsAppOptions } from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { bench } from '../../../lib/cli/bench.js'
import type { BenchReport } from '../../../lib/cli/bench/bench-report.js'
import { renderReport } from '../../../lib/cli/bench/render-report.js'
import { runCli } from '../../../lib/cli/run-cli.js'
import { createCertificate } from '../../support/certificate.js'
import { ChatRoom } from '../../support/chat-room.js'
import { recordingIo } from '../../support/recording-io.js'
import { startApp } from '../../support/start-app.js'

@Controller('/chat/:room')
class Chat extends ChatRoom {
  @OnMessage('fail')
  fail(@Data(Object) { n }: { n: string }): void {
    if (n !== '0') throw new WsError(409, 'Not this one')
  }
}

async function run(...args: string[]) {
  const io = recordingIo()
  const code = await runCli(['bench', ...args], [bench], io)
  return { code, out: io.written.out, err: io.written.err }
}

async function start(options: Partial<WsAppOptions> = {}): Promise<string> {
  const app = await startApp({ controllers: [Chat], rateLimit: false, ...options })
  return `ws://127.0.0.1:${app.port}`
}

/** A tenth of a second tells whether it works, and nothing about speed. */
const short = ['--seconds', '0.1', '--connections', '3']

describe('enfilade bench', () => {
  it('measures an app that runs, with a room for each connection', async () => {
    const url = await start()
    const given = ['--route', 'say /chat/{n}', '--join', 'join /chat/{n}', '--data', '{"a":1}']
    const { code, out, err } = await run(url, ...given, '--depth', '4', '--json', ...short)
    expect([code, err]).toEqual([0, ''])
    const report = JSON.parse(out) as BenchReport
    expect(report).toMatchObject({
      ...{ target: url, route: 'say /chat/{n}', connections: 3, depth: 4, seconds: 0.1 },
      ...{ errors: {}, lost: {}, unanswered: 0, pushesPerSecond: 0 },
    })
    expect(report).not.toHaveProperty('server')
    const { p50, p99, max } = report.latency
    expect(report.messages).toBeGreaterThan(10)
    expect([p50 > 0, p50 <= p99, p99 <= max * 1.01]).toEqual([true, true, true])
  })

  it('counts pushes apart from replies', async () => {
    const url = await start()
    const given = ['--route', 'say /chat/a', '--join', 'join /chat/a', '--data', '{"a":1}']
    const { out } = await run(url, ...given, '--json', ...short)
    const { pushesPerSecond, perSecond } = JSON.parse(out) as BenchReport
    expect(pushesPerSecond / perSecond).toBeGreaterThan(1.5)
    expect(pushesPerSecond / perSecond).toBeLessThan(2.5)
  })

  it('tells the CPU time of a process that is named', async () => {
    const url = await start()
    const { code, out } = await run(url, '-r', 'join /chat/a', '--pid', `${process.pid}`, ...short)
    expect(code).toBe(0)
    expect(out).toMatch(/server CPU +[\d.]+ s per million messages, \d+ % of a core/)
  })

  it('ends with 1 and says so when messages are answered with errors', async () => {
    const url = await start()
    const { code, out } = await run(url, '-r', 'fail /chat/a', '-d', '{"n":"{n}"}', ...short)
    expect(code).toBe(1)
    expect(out).toMatch(/errors: [\d,]+ × 409; the first is 409: Not this one/)
  })

  it('says what to do about the rate limit of a server that runs', async () => {
    const url = await start({ rateLimit: { perSecond: 5, burst: 10 } })
    const { code, out } = await run(url, '-r', 'join /chat/a', ...short)
    expect(code).toBe(1)
    expect(out).toMatch(/× 429|closed by the server with 1013/)
  })

  it.each([
    ['nothing /chat/a', 'nothing /chat/a is answered with 404: '],
    ['/chat/a', 'message /chat/a is answered with 404: '],
  ])('does not measure what is not there: %s', async (route, text) => {
    const { code, out, err } = await run(await start(), '--route', route, ...short)
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(text)
  })

  it('measures wss://, whose certificate it checks', async () => {
    const { keyFile, certFile, remove } = await createCertificate()
    const url = await start({ tls: { key_file_name: keyFile, cert_file_name: certFile } })
    const given = [url.replace('ws:', 'wss:'), '-r', 'join /chat/a', ...short]
    const refused = await run(...given)
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('self-signed certificate (--insecure takes any certificate)')
    expect(await run(...given, '--insecure')).toMatchObject({ code: 0, err: '' })
    await remove()
  })

  it('measures in MessagePack, where the server speaks it', async () => {
    const given = ['--codec', 'msgpack', '--json', '--depth', '300', ...short]
    const room = ['-r', 'say /chat/{n}', '--join', 'join /chat/{n}', '-d', '{"a":1}']
    const packed = await start({ codecs: [msgpack()], maxInFlight: 1_000 })
    const { code, out } = await run(packed, ...room, ...given)
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ errors: {}, lost: {}, unanswered: 0 })
    const failing = await run(packed, '-r', 'fail /chat/a', '-d', '{"n":"{n}"}', ...given)
    expect(Object.keys((JSON.parse(failing.out) as BenchReport).errors)).toEqual(['409'])
    const { err } = await run(await start(), ...room, ...given)
    expect(err).toContain('the server does not speak enfilade.v1.msgpack')
  })

  it('says whom it cannot reach', async () => {
    const { code, err } = await run('ws://127.0.0.1:1', '-r', 'a /b')
    expect(code).toBe(1)
    expect(err).toContain('not everyone could connect to 127.0.0.1:1: ')
  })

  it.each([
    [['ws://localhost'], '--route says what is sent'],
    [['ws://localhost', '-r', 'say'], '--route is "say", but has to be an event and a path'],
    [['ws://localhost', '-r', 'a /b', '--join', 'x'], '--join is "x"'],
    [['ws://localhost', '-r', 'a /b', '-d', '{'], '--data is no JSON: '],
    [['ws://localhost', '-r', 'a /b', '-d', '@nothing.json'], '--data cannot be read: ENOENT'],
    [['ws://localhost', '-r', 'a /b', '-c', '0'], '--connections is "0"'],
    [['ws://localhost', '-r', 'a /b', '--header', 'x'], '--header is "x"'],
    [['ws://localhost', '-r', 'a /b', '--pid', '4194305'], '--pid: there is no process'],
    [['ws://localhost', '-r', 'a /b', '--upgrade-path', '/ws'], '--upgrade-path is for the app'],
    [['http://localhost', '-r', 'a /b'], 'only ws:// and wss:// can be measured'],
    [['ws://localhost', '-r', 'a /b', '--insecure'], '--insecure is for wss://'],
    [['wss://localhost', '-r', 'a /b', '--tls'], '--tls is for the app of a file'],
    [['ws://localhost', '-r', 'a /b', '--codec', 'xml'], '--codec is "xml", but has to be json or'],
    [['nothing.js', '-r', 'a /b', '--insecure'], '--insecure is for a wss:// address'],
    [['ws://', '-r', 'a /b'], 'is no address'],
    [
      ['nothing.js', '-r', 'a /b'],
      'nothing.js; what it is compiled from may have to be built first',
    ],
    [['lib', '-r', 'a /b'], 'lib is a folder; name the file of the app in it'],
    [['nothing.js', '-r', 'a /b', '--pid', '1'], '--pid is for a URL'],
  ])('answers %j by code 2 and a hint', async (args, message) => {
    const { code, out, err } = await run(...args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })

  it('reads data from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'enfilade-bench-'))
    const file = join(folder, 'data.json')
    writeFileSync(file, '{"n":"0"}')
    const { code } = await run(await start(), '-r', 'fail /chat/a', '-d', `@${file}`, ...short)
    rmSync(folder, { recursive: true })
    expect(code).toBe(0)
  })
})

describe('the table', () => {
  const report: BenchReport = {
    ...{ target: 'app.js', route: 'say /chat/a', connections: 50, depth: 1, seconds: 5 },
    ...{ messages: 400_000, perSecond: 80_123.4, pushesPerSecond: 12_000 },
    latency: { mean: 0.6, p50: 0.512, p90: 0.9, p99: 1.234, max: 21.9 },
    server: { cpuPerMillion: 3.456, share: 0.98, memory: 64 * 1024 * 1024 },
    ...{ generatorShare: 0.95, errors: { 429: 1000 }, firstError: '429: Too many messages' },
    ...{ lost: { 'with 1013 (Overload)': 1 }, unanswered: 2 },
  }

  it('is for people, without a colour where there is none', () => {
    expect(renderReport(report, recordingIo())).toBe(
      [
        'app.js  say /chat/a · 50 connections, one message at a time, 5 s',
        '',
        '  messages       80,123/s',
        '  latency        p50 0.51 ms   p99 1.23 ms   max 22 ms',
        '  pushes         12,000/s',
        '  server CPU     3.46 s per million messages, 98 % of a core',
        '  server memory  64 MiB',
        '  load CPU       95 % of a core',
        '',
        'errors: 1,000 × 429; the first is 429: Too many messages',
        '1 connection closed by the server with 1013 (Overload)',
        '2 messages never answered',
        '',
        'The load took all of its core: messages/s and latency are as much its own as the server’s.',
        'A handler has a rate limit of its own: 429 is not what was to be measured.',
        '',
      ].join('\n'),
    )
  })
})
