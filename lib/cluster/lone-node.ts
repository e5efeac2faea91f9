import type { Clock } from '../async/clock.js'
import type { WsNode } from './ws-node.js'

/** The node of an app that knows of no others. */
export function loneNode(
  clock: Clock,
  count: () => Pick<WsNode, 'connections' | 'rooms'>,
): () => WsNode[] {
  let id: string | undefined
  const generation = clock.date()
  const startedAt = clock.now()
  return () => {
    const uptime = Math.round(clock.now() - startedAt)
    // Not before somebody asks: cryptography is loaded with it.
    id ??= crypto.randomUUID()
    return [{ id, generation, isSelf: true, uptime, silence: 0, ...count() }]
  }
}
