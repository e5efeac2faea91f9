import type { RoomPosition } from '../protocol/v1.js'

/** How far a room's history has been seen: what `$resume` tells, and what came twice. */
export class RoomHistory {
  #epoch: string | undefined
  #seq: number | undefined

  /** Where one is; an epoch that the server cannot have when nothing is known. */
  get position(): RoomPosition {
    return { epoch: this.#epoch ?? '', seq: this.#seq ?? 0 }
  }

  /**
   * The server said where the room is. In the same epoch one's own place stands: the pushes between
   * the two are still to come.
   */
  enter({ epoch, seq }: Partial<RoomPosition>): void {
    if (epoch === undefined || (epoch === this.#epoch && this.#seq !== undefined)) return
    this.#epoch = epoch
    this.#seq = seq
  }

  /** Whether a push is new. Holes are none of the client's business: its own broadcasts are some. */
  accept(seq: number | undefined): boolean {
    if (seq === undefined) return true
    if (this.#seq !== undefined && seq <= this.#seq) return false
    this.#seq = seq
    return true
  }

  /** What was seen does not continue. */
  forget(): void {
    this.#epoch = undefined
    this.#seq = undefined
  }
}
