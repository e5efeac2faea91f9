import { randomBytes } from 'node:crypto'
import { ENFILADE_V1 } from '../protocol/subprotocol.js'
import { addressBytes } from './memory/address-bytes.js'
import type { UpgradeAsk } from './memory/memory-request.js'
import type { TestConnectOptions } from './test-app-options.js'

/**
 * The request of a client, as the `ws` package would send it.
 *
 * @throws TypeError for a path or an address that is none
 */
export function askFor({
  path = '/',
  protocol,
  headers = {},
  remoteAddress = '127.0.0.1',
  codec,
}: TestConnectOptions): UpgradeAsk {
  if (!path.startsWith('/')) throw new TypeError(`connect: "${path}" does not start with "/"`)
  addressBytes(remoteAddress)
  const offered = protocol ?? codec?.subprotocol ?? ENFILADE_V1
  const protocols = offered === false ? [] : [offered].flat()
  const all: NonNullable<TestConnectOptions['headers']> = {
    host: 'test.local',
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    'sec-websocket-version': '13',
    ...(protocols.length > 0 && { 'sec-websocket-protocol': protocols.join(', ') }),
    ...lowerCased(headers),
  }
  const sent = Object.entries(all).filter((entry) => entry[1] !== undefined)
  return { path, remoteAddress, headers: Object.fromEntries(sent) as UpgradeAsk['headers'] }
}

function lowerCased<V>(headers: Readonly<Record<string, V>>): Record<string, V> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}
