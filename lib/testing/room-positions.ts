import type { WsPush } from '../protocol/records.js'
import { RESERVED_PUSH } from '../protocol/reserved-events.js'
import type { RoomPosition, WsJoined } from '../protocol/v1.js'

/** How far a client has seen the histories of its rooms: what `$resume` tells. */
export class RoomPositions {
  readonly #rooms = new Map<string, RoomPosition>()

  /** By room. */
  all(): Record<string, RoomPosition> {
    return Object.fromEntries(this.#rooms)
  }

  see({ event, path, data, seq }: WsPush): void {
    const known = this.#rooms.get(path)
    if (event === RESERVED_PUSH.JOINED) this.#enter(path, data as WsJoined, known)
    else if (event === RESERVED_PUSH.LEFT) this.#rooms.delete(path)
    else if (seq !== undefined && known) this.#rooms.set(path, { epoch: known.epoch, seq })
  }

  leave(room: string): void {
    this.#rooms.delete(room)
  }

  clear(): void {
    this.#rooms.clear()
  }

  /** In the same epoch what was missed is still to come. */
  #enter(path: string, { epoch = '', seq = 0 }: WsJoined, known: RoomPosition | undefined): void {
    if (known?.epoch !== epoch) this.#rooms.set(path, { epoch, seq })
  }
}
