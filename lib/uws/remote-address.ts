import { createRequire } from 'node:module'
import type ProxyAddr from 'proxy-addr'

/** Where a request came from: the socket's address, and what it says of proxies. */
export interface AddressSource {
  readonly socketAddress: string
  readonly headers: Readonly<Record<string, string>>
}

/** Finds the client's address. */
export type AddressReader = (source: AddressSource) => string

/**
 * Compiles the option `trustProxy`.
 *
 * @throws TypeError for an address that is none
 */
export function compileAddressReader(
  trustProxy: boolean | number | readonly string[] | undefined,
): AddressReader {
  if (trustProxy === undefined || trustProxy === false || trustProxy === 0) {
    return ({ socketAddress }) => socketAddress
  }
  const proxyAddr = createRequire(import.meta.url)('proxy-addr') as typeof ProxyAddr
  const trust = compileTrust(trustProxy, proxyAddr)
  return ({ socketAddress, headers }) => {
    const request = { headers, connection: { remoteAddress: socketAddress } }
    return proxyAddr(request as never, trust)
  }
}

function compileTrust(
  trustProxy: true | number | readonly string[],
  proxyAddr: typeof ProxyAddr,
): (address: string, hop: number) => boolean {
  if (trustProxy === true) return () => true
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy
  return proxyAddr.compile([...trustProxy])
}

/**
 * Writes an address as text: `192.0.2.1`, `2001:db8::1`. An IPv4 address that came through an IPv6
 * socket is written as IPv4, so that one client has one address.
 */
export function formatAddress(bytes: ArrayBuffer): string {
  const view = new Uint8Array(bytes)
  if (view.length === 4) return view.join('.')
  if (view.length !== 16) return ''
  const isMapped =
    view.subarray(0, 10).every((byte) => byte === 0) && view[10] === 255 && view[11] === 255
  if (isMapped) return view.subarray(12).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((view[index * 2] ?? 0) << 8) | (view[index * 2 + 1] ?? 0)).toString(16),
  )
  // Loaded with the first address of this kind: an import would be felt at every start.
  const { SocketAddress } = process.getBuiltinModule('node:net')
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address
}
