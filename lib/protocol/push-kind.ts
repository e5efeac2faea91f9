import type { WsFrame } from './codec.js'

/** The event and path of a push that the JSON codec has written; `undefined` for other frames. */
export function pushKind(frame: WsFrame): string | undefined {
  if (typeof frame !== 'string') return undefined
  try {
    const { event, path } = JSON.parse(frame) as { event?: unknown; path?: unknown }
    return typeof event === 'string' ? `${event}\n${String(path)}` : undefined
  } catch {
    return undefined
  }
}
