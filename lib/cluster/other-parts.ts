import type { PresenceDelta, PresencePiece } from './own-parts.js'
import { readRooms, type PresencePart, type RoomRows } from './presence-part.js'
import { isSame } from './stamp.js'

type Rooms = Map<string, Map<string, PresencePart>>

interface Peer {
  version: number
  rooms: Rooms
  /** Pieces of everything, of which some are still to come. */
  loading: { readonly version: number; readonly pieces: Map<number, RoomRows[]> } | undefined
}

/** What came of a change: `old` was known already, at `gap` some before it are missing. */
export type Applied = 'applied' | 'old' | 'gap'

/** More pieces than that are no node's: a gigabyte. */
const MAX_PIECES = 8_192

/** The members of rooms as far as other nodes have their connections. */
export class OtherParts {
  readonly #changed: (room: string, id: string, isUpdate: boolean) => void
  readonly #peers = new Map<string, Peer>()
  /** The same by room, member and node. */
  readonly #rooms = new Map<string, Map<string, Map<string, PresencePart>>>()

  /** @param changed told of every part that came, went, or (an update) is another now */
  constructor(changed: (room: string, id: string, isUpdate: boolean) => void) {
    this.#changed = changed
  }

  /** Up to where a node is known; 0 when nothing is. */
  versionOf(node: string): number {
    return this.#peers.get(node)?.version ?? 0
  }

  /** By member and node. */
  in(room: string): ReadonlyMap<string, ReadonlyMap<string, PresencePart>> | undefined {
    return this.#rooms.get(room)
  }

  of(room: string, id: string): ReadonlyMap<string, PresencePart> | undefined {
    return this.#rooms.get(room)?.get(id)
  }

  /** @throws Error when the delta is none */
  apply(node: string, { from, rooms }: PresenceDelta): Applied {
    const version = this.versionOf(node)
    if (from < version) return 'old'
    if (from > version) return 'gap'
    const read = readRooms(rooms)
    const peer = this.#open(node)
    peer.version = from + 1
    for (const [room, rows] of read) {
      for (const [id, part] of rows) this.#set(node, peer.rooms, { room, id, part })
    }
    return 'applied'
  }

  /**
   * Takes a piece of everything a node has.
   *
   * @returns whether it was the last that was missing
   * @throws Error when the piece is none
   */
  load(node: string, { version, index, pieces, rooms }: PresencePiece): boolean {
    if (pieces > MAX_PIECES || index >= pieces) throw new TypeError('there is no such piece')
    if (version <= this.versionOf(node)) return false
    const peer = this.#open(node)
    if (peer.loading && peer.loading.version > version) return false
    if (peer.loading?.version !== version) peer.loading = { version, pieces: new Map() }
    const { loading } = peer
    if (!loading.pieces.has(index)) loading.pieces.set(index, readRooms(rooms))
    if (loading.pieces.size < pieces) return false
    peer.loading = undefined
    peer.version = version
    this.#replace(node, peer.rooms, collect(loading.pieces.values()))
    return true
  }

  /** The connections of a node are lost, and its members may come back elsewhere. */
  fade(node: string): void {
    const peer = this.#peers.get(node)
    if (!peer) return
    for (const [room, parts] of peer.rooms) {
      for (const [id, part] of [...parts]) {
        this.#set(node, peer.rooms, { room, id, part: { ...part, connections: 0 } })
      }
    }
  }

  /** Nothing of a node is known any more. */
  drop(node: string): void {
    const peer = this.#peers.get(node)
    if (!peer) return
    this.#peers.delete(node)
    this.#replace(node, peer.rooms, new Map())
  }

  #open(node: string): Peer {
    const known = this.#peers.get(node)
    if (known) return known
    const peer: Peer = { version: 0, rooms: new Map(), loading: undefined }
    this.#peers.set(node, peer)
    return peer
  }

  #replace(node: string, rooms: Rooms, now: Rooms): void {
    for (const [room, parts] of [...rooms]) {
      for (const id of [...parts.keys()]) {
        if (!now.get(room)?.has(id)) this.#set(node, rooms, { room, id, part: undefined })
      }
    }
    for (const [room, parts] of now) {
      for (const [id, part] of parts) this.#set(node, rooms, { room, id, part })
    }
  }

  #set(node: string, rooms: Rooms, { room, id, part }: Change): void {
    const before = rooms.get(room)?.get(id)
    if (before === part || (before && part && isEqual(before, part))) return
    // The same state stays the same object: nobody is told of it again.
    const isShown = before && part && isSame(before.stamp, part.stamp)
    const after = isShown ? { ...part, state: before.state } : part
    put(rooms, room, id, after)
    const members = this.#rooms.get(room) ?? new Map<string, Map<string, PresencePart>>()
    put(members, id, node, after)
    if (members.size > 0) this.#rooms.set(room, members)
    else this.#rooms.delete(room)
    this.#changed(room, id, before !== undefined && part !== undefined)
  }
}

interface Change {
  readonly room: string
  readonly id: string
  readonly part: PresencePart | undefined
}

function isEqual(one: PresencePart, other: PresencePart): boolean {
  return one.connections === other.connections && isSame(one.stamp, other.stamp)
}

/** Sets or removes; no map stays that is empty. */
function put<V>(maps: Map<string, Map<string, V>>, key: string, name: string, value?: V): void {
  const map = maps.get(key) ?? new Map<string, V>()
  if (value === undefined) map.delete(name)
  else map.set(name, value)
  if (map.size > 0) maps.set(key, map)
  else maps.delete(key)
}

function collect(pieces: Iterable<readonly RoomRows[]>): Rooms {
  const all: Rooms = new Map()
  for (const rooms of pieces) {
    for (const [room, rows] of rooms) {
      for (const [id, part] of rows) put(all, room, id, part)
    }
  }
  return all
}
