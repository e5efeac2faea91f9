import { describe, expect, it } from '@jest/globals'
import { upgradeAnswer } from '../support/open-raw.js'
import { startApp } from '../support/start-app.js'

const refused = { status: 403, body: 'This Origin is not allowed\n' }

describe('without the option origins', () => {
  it.each([
    ['http://chat.example', 'chat.example'],
    ['http://chat.example:8080', 'chat.example:8080'],
    ['http://chat.example', 'chat.example:80'],
    ['https://chat.example', 'chat.example:443'],
    ['https://chat.example', 'chat.example'],
  ])('a page of %s may connect to %s', async (origin, host) => {
    const { port } = await startApp({ controllers: [] })
    expect(await upgradeAnswer(port, { host, headers: { Origin: origin } })).toMatchObject({
      status: 101,
    })
  })

  it.each([
    ['http://evil.example', 'chat.example'],
    ['http://chat.example.evil.example', 'chat.example'],
    ['http://chat.example:8080', 'chat.example'],
    ['null', 'chat.example'],
    ['', 'chat.example'],
  ])('a page of "%s" may not connect to %s', async (origin, host) => {
    const { port } = await startApp({ controllers: [] })
    expect(await upgradeAnswer(port, { host, headers: { Origin: origin } })).toEqual(refused)
  })

  it('a page of the address that the app was given may connect', async () => {
    const { port, connect } = await startApp({ controllers: [] })
    expect((await connect({ origin: `http://127.0.0.1:${port}` })).isOpen).toBe(true)
  })

  it('a request without Origin may connect', async () => {
    const { port } = await startApp({ controllers: [] })
    expect(await upgradeAnswer(port)).toMatchObject({ status: 101 })
  })
})

describe('with the option origins', () => {
  it.each([
    [['https://app.example'], 'https://app.example', 101],
    [['https://app.example'], 'https://APP.example', 101],
    [['https://app.example'], 'https://other.example', 403],
    [['https://app.example'], 'http://app.example', 403],
    [['https://app.example'], 'http://127.0.0.1', 403],
    [['https://app.example'], 'null', 403],
    [['null'], 'null', 101],
    [['https://app.example'], undefined, 101],
    [[], undefined, 101],
    [[], 'http://127.0.0.1', 403],
    ['*' as const, 'http://evil.example', 101],
    ['*' as const, 'null', 101],
    ['*' as const, undefined, 101],
  ])('%j answers the Origin %s by %d', async (origins, origin, status) => {
    const { port } = await startApp({ controllers: [], origins })
    const parts = {
      host: '127.0.0.1',
      ...(origin !== undefined && { headers: { Origin: origin } }),
    }
    expect(await upgradeAnswer(port, parts)).toMatchObject({ status })
  })
})

it('a refused Origin is counted, logged with the way to allow it, and not authorized', async () => {
  const authorized: unknown[] = []
  const { port, app, logger } = await startApp({
    controllers: [],
    authorize: (request) => authorized.push(request),
  })
  await upgradeAnswer(port, { headers: { Origin: 'http://evil.example' } })
  expect(app.counters.refused).toEqual({ 403: 1 })
  expect(authorized).toEqual([])
  expect(logger.warnings()).toContainEqual({
    level: 'warn',
    fields: { origin: 'http://evil.example', host: `127.0.0.1:${port}` },
    message: 'refused an Origin; add it to the option origins if it is yours',
  })
})
