import { writeRow, type PresencePart } from './presence-part.js'
import { RowPacker } from './row-packer.js'
import { NEVER } from './stamp.js'

/** A change of one's own parts, as the others are told. */
export interface PresenceDelta {
  /** The version that it follows; it leads to the next. */
  readonly from: number
  /** The rows that changed, as text. */
  readonly rooms: string
}

/** A piece of all of one's own parts. */
export interface PresencePiece {
  readonly version: number
  readonly index: number
  readonly pieces: number
  readonly rooms: string
}

/** What is kept of the past, for those who missed some: characters, and changes. */
const KEPT = { size: 1024 * 1024, deltas: 1_000 }

/** What own parts report to. */
export interface OwnPartsEvents {
  /** Something changed: the others should hear of it at once, or within a moment. */
  readonly dirty: (isUrgent: boolean) => void
  /** A state cannot be sent: the others see `null`. */
  readonly fault: (error: unknown, room: string) => void
}

/** The members of rooms as far as this node has their connections, and what the others were told. */
export class OwnParts {
  readonly #events: OwnPartsEvents
  readonly #rooms = new Map<string, Map<string, PresencePart>>()
  /** What the others have not been told. */
  readonly #dirty = new Map<string, Set<string>>()
  readonly #kept: PresenceDelta[] = []
  #keptSize = 0
  #version = 0

  constructor(events: OwnPartsEvents) {
    this.#events = events
  }

  /** Grows with every change that the others were told of; at 0 there is nobody. */
  get version(): number {
    return this.#version
  }

  get(room: string, id: string): PresencePart | undefined {
    return this.#rooms.get(room)?.get(id)
  }

  in(room: string): ReadonlyMap<string, PresencePart> | undefined {
    return this.#rooms.get(room)
  }

  /** @param isUrgent whether the others should hear of it at once */
  set(room: string, id: string, part: PresencePart, isUrgent: boolean): void {
    const parts = this.#rooms.get(room) ?? new Map<string, PresencePart>()
    this.#rooms.set(room, parts.set(id, part))
    this.#touch(room, id, isUrgent)
  }

  remove(room: string, id: string): void {
    const parts = this.#rooms.get(room)
    if (!parts?.delete(id)) return
    if (parts.size === 0) this.#rooms.delete(room)
    this.#touch(room, id, true)
  }

  /** The others should hear at once of what has changed in a room. */
  urge(room: string): void {
    if (this.#dirty.has(room)) this.#events.dirty(true)
  }

  /** What the others have not been told yet; from now on they have. */
  takeDeltas(): PresenceDelta[] {
    if (this.#dirty.size === 0) return []
    const packer = new RowPacker()
    for (const [room, ids] of this.#dirty) {
      for (const id of ids) packer.add(room, this.#write(room, id, this.get(room, id)))
    }
    this.#dirty.clear()
    const deltas = packer.finish().map((rooms) => ({ from: this.#version++, rooms }))
    for (const delta of deltas) this.#keep(delta)
    return deltas
  }

  /** What followed a version; `undefined` when that is not known any more. */
  since(version: number): readonly PresenceDelta[] | undefined {
    if (version === this.#version) return []
    const first = this.#kept.findIndex(({ from }) => from === version)
    return first < 0 ? undefined : this.#kept.slice(first)
  }

  /** Everything the others have been told, provided that nothing is left to tell. */
  pieces(): PresencePiece[] {
    const packer = new RowPacker()
    for (const [room, parts] of this.#rooms) {
      for (const [id, part] of parts) packer.add(room, this.#write(room, id, part))
    }
    const packs = packer.finish()
    const version = this.#version
    if (packs.length === 0) return [{ version, index: 0, pieces: 1, rooms: '[]' }]
    return packs.map((rooms, index) => ({ version, index, pieces: packs.length, rooms }))
  }

  #write(room: string, id: string, part: PresencePart | undefined): string {
    try {
      return writeRow(id, part)
    } catch (error) {
      this.#events.fault(error, room)
      const { connections = 0, stamp = NEVER } = part ?? {}
      return writeRow(id, { connections, state: null, stamp })
    }
  }

  #touch(room: string, id: string, isUrgent: boolean): void {
    const ids = this.#dirty.get(room) ?? new Set<string>()
    this.#dirty.set(room, ids.add(id))
    this.#events.dirty(isUrgent)
  }

  #keep(delta: PresenceDelta): void {
    this.#kept.push(delta)
    this.#keptSize += delta.rooms.length
    while (this.#keptSize > KEPT.size || this.#kept.length > KEPT.deltas) {
      this.#keptSize -= this.#kept.shift()?.rooms.length ?? 0
    }
  }
}
