import { describe, expect, it } from '@jest/globals'
import { checkHandshake } from '../../../lib/uws/check-upgrade.js'
import { NativeRequest } from '../../../lib/uws/native-request.js'

const right: Record<string, string> = {
  host: 'example.com',
  upgrade: 'websocket',
  connection: 'Upgrade',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}

type Header = readonly [name: string, value: string]

/** A request as uWebSockets.js presents it. */
function request(headers: readonly Header[], method = 'get'): NativeRequest {
  const response = { getRemoteAddress: () => Uint8Array.of(127, 0, 0, 1).buffer }
  const native = {
    getMethod: () => method,
    getUrl: () => '/',
    getQuery: () => '',
    forEach: (visit: (name: string, value: string) => void) =>
      headers.forEach(([name, value]) => visit(name, value)),
  }
  return new NativeRequest(response as never, native as never, () => '127.0.0.1')
}

const withHeaders = (changed: Record<string, string | undefined>): Header[] =>
  Object.entries({ ...right, ...changed }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )

describe('checkHandshake', () => {
  it.each([
    [{}],
    [{ upgrade: 'WebSocket' }],
    [{ connection: 'keep-alive, Upgrade' }],
    [{ connection: 'UPGRADE' }],
    [{ connection: 'upgrade,keep-alive' }],
    [{ origin: 'https://example.com' }],
  ])('accepts %j', (changed) => {
    expect(checkHandshake(request(withHeaders(changed)))).toBeUndefined()
  })

  it.each(['post', 'head', 'put', 'connect', 'options'])('answers 405 to %s', (method) => {
    const fault = checkHandshake(request(withHeaders({}), method))
    expect(fault).toMatchObject({ status: 405, headers: { Allow: 'GET' } })
  })

  it.each([[undefined], ['h2c'], ['websocket2'], ['websocket, h2c'], ['']])(
    'answers 426 to Upgrade: %s, and says what to upgrade to',
    (upgrade) => {
      const fault = checkHandshake(request(withHeaders({ upgrade })))
      expect(fault).toMatchObject({ status: 426, headers: { Upgrade: 'websocket' } })
    },
  )

  it.each([[undefined], ['keep-alive'], ['close'], ['upgraded'], ['']])(
    'answers 400 to Connection: %s',
    (connection) => {
      const fault = checkHandshake(request(withHeaders({ connection })))
      expect(fault).toMatchObject({ status: 400, reason: expect.stringContaining('Connection') })
    },
  )

  it.each([[undefined], ['8'], ['12'], ['14'], ['013'], ['13, 8'], ['']])(
    'answers 426 to version %s, and names the right one',
    (version) => {
      const fault = checkHandshake(request(withHeaders({ 'sec-websocket-version': version })))
      expect(fault).toMatchObject({ status: 426, headers: { 'Sec-WebSocket-Version': '13' } })
    },
  )

  it.each([
    [undefined],
    [''],
    ['dGhlIHNhbXBsZSBub25jZQ='],
    ['dGhlIHNhbXBsZSBub25jZQ==='],
    ['dGhlIHNhbXBsZSBub25jZQ'],
    ['dGhlIHNhbXBsZSBub25jZ!=='],
    ['AAAAAAAAAAAAAAAAAAAAAAAA'],
  ])('answers 400 to the key "%s"', (key) => {
    const fault = checkHandshake(request(withHeaders({ 'sec-websocket-key': key })))
    expect(fault).toMatchObject({ status: 400, reason: expect.stringContaining('Key') })
  })

  it.each(['host', 'upgrade', 'origin', 'sec-websocket-key', 'sec-websocket-version'])(
    'answers 400 to two headers %s, even when they say the same',
    (name) => {
      const value = right[name] ?? 'https://example.com'
      const headers = [...withHeaders({ [name]: value }), [name, value] as const]
      const reason = `the header ${name} came twice`
      expect(checkHandshake(request(headers))).toEqual({ status: 400, reason })
    },
  )
})
