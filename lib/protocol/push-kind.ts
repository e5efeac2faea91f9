import type { WsCodec, WsFrame } from './codec.js'

/** The event and path of an encoded push; `undefined` when they cannot be read. */
export function pushKind(frame: WsFrame, codec: Pick<WsCodec, 'decode'>): string | undefined {
  try {
    const push: unknown = typeof frame === 'string' ? JSON.parse(frame) : codec.decode(frame)
    const { event, path } = push as { event?: unknown; path?: unknown }
    return typeof event === 'string' ? `${event}\n${String(path)}` : undefined
  } catch {
    return undefined
  }
}
