import { describe, expect, it } from '@jest/globals'
import type { UpgradeRequest } from 'enfilade'
import { openRaw, upgradeAnswer } from '../support/open-raw.js'
import type { UpgradeParts } from '../support/raw-upgrade.js'
import { startApp } from '../support/start-app.js'

/** A request that carries one header twice. */
const twice = (name: string, first: string, second: string): UpgradeParts => ({
  headers: { [name]: [first, second] },
})

const key = 'dGhlIHNhbXBsZSBub25jZQ=='

describe('an upgrade', () => {
  it('is accepted, with the answer that RFC 6455 gives for its key', async () => {
    const { port } = await startApp({ controllers: [] })
    const { http } = await openRaw(port, { headers: { 'Sec-WebSocket-Key': key } })
    expect(http.status).toBe(101)
    expect(http.headers).toMatchObject({
      upgrade: 'websocket',
      connection: expect.stringMatching(/^upgrade$/i),
      'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    })
    expect(http.headers).not.toHaveProperty('sec-websocket-protocol')
    expect(http.headers).not.toHaveProperty('sec-websocket-extensions')
  })

  it.each<[what: string, parts: UpgradeParts]>([
    ['Upgrade: WebSocket', { headers: { Upgrade: 'WebSocket' } }],
    ['Connection: keep-alive, Upgrade', { headers: { Connection: 'keep-alive, Upgrade' } }],
    ['a query', { path: '/any/path?token=a%2Fb&x=' }],
    ['a path that is no percent-encoding', { path: '/x/%' }],
    ['a path of broken UTF-8', { path: '/x/%E0%A4%A' }],
    ['an empty query', { path: '/?' }],
  ])('is accepted with %s', async (_what, parts) => {
    const { port, app } = await startApp({ controllers: [] })
    expect(await upgradeAnswer(port, parts)).toMatchObject({ status: 101 })
    expect(app.counters.refused).toEqual({})
  })

  it.each<[what: string, status: number, parts: UpgradeParts]>([
    ['POST', 405, { method: 'POST', headers: { 'Content-Length': '0' } }],
    ['PUT', 405, { method: 'PUT', headers: { 'Content-Length': '0' } }],
    ['OPTIONS', 405, { method: 'OPTIONS' }],
    ['Upgrade: h2c', 426, { headers: { Upgrade: 'h2c' } }],
    ['no Upgrade', 426, { omitHeaders: ['Upgrade'] }],
    ['Connection: close', 400, { headers: { Connection: 'close' } }],
    ['no Connection', 400, { omitHeaders: ['Connection'] }],
    ['version 8', 426, { headers: { 'Sec-WebSocket-Version': '8' } }],
    ['no version', 426, { omitHeaders: ['Sec-WebSocket-Version'] }],
    ['a key of 24 wrong characters', 400, { headers: { 'Sec-WebSocket-Key': '!'.repeat(24) } }],
    ['a key of 15 bytes', 400, { headers: { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' } }],
    ['no key', 400, { omitHeaders: ['Sec-WebSocket-Key'] }],
    ['two keys', 400, twice('Sec-WebSocket-Key', key, key)],
    ['two versions', 400, twice('Sec-WebSocket-Version', '13', '13')],
    ['two Upgrades', 400, twice('Upgrade', 'websocket', 'websocket')],
    ['two Origins', 400, twice('Origin', 'http://127.0.0.1', 'http://127.0.0.1')],
    ['two Hosts', 400, twice('Host', 'one.example', 'two.example')],
  ])('with %s is answered by %d', async (_what, status, parts) => {
    const authorized: UpgradeRequest[] = []
    const { port, connect } = await startApp({
      controllers: [],
      authorize: (request) => authorized.push(request),
    })
    const answer = await upgradeAnswer(port, parts)
    expect(answer.status).toBe(status)
    expect(authorized).toEqual([])
    await connect()
  })

  it.each([
    [405, { method: 'POST', headers: { 'Content-Length': '0' } }, 'allow', 'GET'],
    [426, { headers: { Upgrade: 'h2c' } }, 'upgrade', 'websocket'],
    [426, { headers: { 'Sec-WebSocket-Version': '8' } }, 'sec-websocket-version', '13'],
  ])('refused by %d says what would be right', async (status, parts, header, value) => {
    const { port } = await startApp({ controllers: [] })
    const { http } = await openRaw(port, parts)
    expect(http).toMatchObject({ status, headers: { [header]: value } })
    expect(http.body).not.toBe('')
  })

  it('refused is counted by its status', async () => {
    const { port, app } = await startApp({ controllers: [] })
    await upgradeAnswer(port, { headers: { 'Sec-WebSocket-Version': '8' } })
    await upgradeAnswer(port, { headers: { Connection: 'close' } })
    await upgradeAnswer(port, { headers: { Origin: 'http://evil.example' } })
    expect(app.counters.refused).toEqual({ 400: 1, 403: 1, 426: 1 })
  })

  it('negotiates permessage-deflate with the option compression only', async () => {
    const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }
    const compressed = await startApp({ controllers: [], compression: true })
    const plain = await startApp({ controllers: [] })
    const { http } = await openRaw(compressed.port, { headers })
    expect(http.headers['sec-websocket-extensions']).toContain('permessage-deflate')
    const answer = await openRaw(plain.port, { headers })
    expect(answer.http.headers).not.toHaveProperty('sec-websocket-extensions')
  })
})

describe('upgradePath', () => {
  it.each([
    ['/ws', '/ws', 101],
    ['/ws', '/ws?token=1', 101],
    ['/ws', '/', 404],
    ['/ws', '/ws/', 404],
    ['/ws', '/WS', 404],
    ['/ws', '/ws/more', 404],
    ['/ws', '/%77s', 404],
    ['/ws/:tenant', '/ws/a', 101],
    ['/ws/:tenant', '/ws/%', 404],
    ['/ws/:tenant', '/ws/%E0%A4%A', 404],
    ['/ws/:tenant', '/ws', 404],
    ['/ws/:tenant', '/ws/a/b', 404],
    ['/ws{/:tenant}', '/ws', 101],
    ['/files/*path', '/files/a/b%25', 101],
    ['/files/*path', '/files/a/b%', 404],
    ['/files/*path', '/other/%', 404],
  ])('%s answers %s by %d', async (upgradePath, path, status) => {
    const { port } = await startApp({ controllers: [], upgradePath })
    expect(await upgradeAnswer(port, { path })).toMatchObject({ status })
  })

  it('comes before every other check, so that other paths show nothing of the app', async () => {
    const { port, app } = await startApp({ controllers: [], upgradePath: '/ws' })
    const parts = { path: '/other', headers: { 'Sec-WebSocket-Version': '8', Origin: 'null' } }
    expect(await upgradeAnswer(port, parts)).toEqual({ status: 404, body: 'Not Found\n' })
    expect(app.counters.refused).toEqual({})
  })

  it.each([
    ['/ws/:tenant', '/ws/caf%C3%A9', { tenant: 'café' }],
    ['/ws/:tenant', '/ws/a%2Fb', { tenant: 'a/b' }],
    ['/ws/*rest', '/ws/a/b', { rest: 'a/b' }],
    ['/ws', '/ws', {}],
  ])('%s gives for %s the params %j', async (upgradePath, path, params) => {
    const seen: unknown[] = []
    const { port } = await startApp({
      controllers: [],
      upgradePath,
      authorize: (request) => seen.push({ ...request.params }),
    })
    await upgradeAnswer(port, { path })
    expect(seen).toEqual([params])
  })
})
