/** The sub-protocol of clients that understand the `$` events. */
export const ENFILADE_V1 = 'enfilade.v1'

/**
 * Chooses the sub-protocol of a connection: `enfilade.v1` when the client offers it, else none.
 *
 * @param offered the value of `Sec-WebSocket-Protocol`
 */
export function chooseSubprotocol(offered: string): typeof ENFILADE_V1 | '' {
  return listSubprotocols(offered).includes(ENFILADE_V1) ? ENFILADE_V1 : ''
}

/** Splits a `Sec-WebSocket-Protocol` header. */
export function listSubprotocols(header: string): readonly string[] {
  if (header === '') return []
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
