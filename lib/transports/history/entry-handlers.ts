import type { HistoryEntry } from './ws-history.js'

/** Hears of what is appended to a room. */
export type EntryHandler = (entry: HistoryEntry) => void

/** Who hears of which room. */
export class EntryHandlers {
  readonly #handlers = new Map<string, Set<EntryHandler>>()

  add(room: string, handler: EntryHandler): void {
    const handlers = this.#handlers.get(room)
    if (handlers) handlers.add(handler)
    else this.#handlers.set(room, new Set([handler]))
  }

  /** @returns whether it was the last one of the room */
  remove(room: string, handler: EntryHandler): boolean {
    const handlers = this.#handlers.get(room)
    handlers?.delete(handler)
    return handlers?.size === 0 && this.#handlers.delete(room)
  }

  hand(room: string, entry: HistoryEntry): void {
    for (const handler of [...(this.#handlers.get(room) ?? [])]) handler(entry)
  }
}
