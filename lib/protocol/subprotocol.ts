/** The sub-protocol of clients that understand the `$` events. */
export const ENFILADE_V1 = 'enfilade.v1'

/** The same, in MessagePack. */
export const ENFILADE_V1_MSGPACK = 'enfilade.v1.msgpack'

/**
 * Chooses the sub-protocol of a connection: the first that the client offers and the server knows, or
 * none.
 *
 * @param offered the value of `Sec-WebSocket-Protocol`
 * @param known those of the server
 */
export function chooseSubprotocol(
  offered: string,
  known: readonly string[] = [ENFILADE_V1],
): string {
  return listSubprotocols(offered).find((name) => known.includes(name)) ?? ''
}

/** Splits a `Sec-WebSocket-Protocol` header. */
export function listSubprotocols(header: string): readonly string[] {
  if (header === '') return []
  return header
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}
