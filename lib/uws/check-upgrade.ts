import type { NativeRequest } from './native-request.js'

/** An HTTP answer that refuses an upgrade. */
export interface HttpRefusal {
  readonly status: 400 | 403 | 404 | 405 | 426 | 429 | 500 | 503 | 401 | 408
  readonly reason: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Headers that a request may have once only: of two, each side might believe another. */
const SINGLE = ['host', 'origin', 'upgrade', 'sec-websocket-key', 'sec-websocket-version']

/** 16 bytes in base64 (RFC 6455, 4.1). */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** Checks the handshake, of which uWebSockets.js checks the length of the key only. */
export function checkHandshake(request: NativeRequest): HttpRefusal | undefined {
  if (request.method !== 'get') {
    return { status: 405, reason: 'a WebSocket is opened by GET', headers: { Allow: 'GET' } }
  }
  const repeated = SINGLE.find((name) => request.repeated.has(name))
  if (repeated !== undefined) return { status: 400, reason: `the header ${repeated} came twice` }
  if (request.header('upgrade').toLowerCase() !== 'websocket') {
    return {
      status: 426,
      reason: 'the header Upgrade is not websocket',
      headers: { Upgrade: 'websocket' },
    }
  }
  const connection = request.header('connection').toLowerCase().split(',')
  if (!connection.some((token) => token.trim() === 'upgrade')) {
    return { status: 400, reason: 'the header Connection does not name Upgrade' }
  }
  if (request.header('sec-websocket-version') !== '13') {
    return {
      status: 426,
      reason: 'the WebSocket version is 13',
      headers: { 'Sec-WebSocket-Version': '13' },
    }
  }
  if (!KEY.test(request.header('sec-websocket-key'))) {
    return { status: 400, reason: 'Sec-WebSocket-Key is not 16 bytes in base64' }
  }
  return undefined
}
