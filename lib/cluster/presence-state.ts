import type { WsMember } from '../protocol/v1.js'
import type { Elsewhere, PresenceLink } from '../rooms/presence/presence-link.js'
import { OtherParts } from './other-parts.js'
import { OwnParts, type OwnPartsEvents } from './own-parts.js'
import type { PresencePart } from './presence-part.js'
import { isLater, NEVER } from './stamp.js'

/** What the state of presence reports to. */
export interface PresenceEvents extends OwnPartsEvents {
  /** What other nodes have of a member is another now. */
  readonly changed: (room: string, id: string) => void
}

/**
 * Who is in which room, at which node: a part for every member and node. Each node tells the others of
 * its own parts, and all make the same of all parts together. It knows no sockets, no timers and no
 * clock.
 */
export class PresenceState implements PresenceLink {
  readonly own: OwnParts
  readonly others: OtherParts
  readonly #author: string
  readonly #events: PresenceEvents
  /** The highest count of a stamp that was seen. */
  #count = 0

  /** @param author who shows what is shown here */
  constructor(author: string, events: PresenceEvents) {
    this.#author = author
    this.#events = events
    this.own = new OwnParts(events)
    this.others = new OtherParts((...change) => this.#heard(...change))
  }

  /** How many connections a member has here: 0 when all are lost, `undefined` when it left. */
  setConnections(room: string, id: string, connections: number | undefined): void {
    const part = this.own.get(room, id)
    if (connections === undefined) this.own.remove(room, id)
    else if (part?.connections !== connections) {
      // It goes on with what it showed elsewhere.
      const { state = null, stamp = NEVER } = part ?? this.#latest(room, id) ?? {}
      this.own.set(room, id, { connections, state, stamp }, true)
    }
  }

  /** A member that has a part here shows something. */
  show(room: string, id: string, state: unknown): void {
    const part = this.own.get(room, id)
    if (!part) return
    const stamp = { count: ++this.#count, author: this.#author }
    // Where nobody else is, nobody sees it.
    this.own.set(room, id, { ...part, state, stamp }, this.others.in(room) !== undefined)
  }

  /** What of a member there is at other nodes; `undefined` for nothing. */
  elsewhere(room: string, id: string): Elsewhere | undefined {
    const parts = this.others.of(room, id)
    if (!parts) return undefined
    const { state } = this.#latest(room, id) as PresencePart
    return { connections: sum(parts.values()), state }
  }

  /** The ids of all members that other nodes have parts of. */
  idsElsewhere(room: string): Iterable<string> {
    return this.others.in(room)?.keys() ?? []
  }

  /** Everybody in a room, wherever. */
  members(room: string): WsMember[] {
    const ids = new Set([...(this.own.in(room)?.keys() ?? []), ...this.idsElsewhere(room)])
    return Array.from(ids, (id) => {
      const here = this.own.get(room, id)?.connections ?? 0
      const connections = here + sum(this.others.of(room, id)?.values() ?? [])
      const { state } = this.#latest(room, id) as PresencePart
      return { id, state, connections: Math.max(1, connections) }
    })
  }

  /** Of all parts the one with the latest state. */
  #latest(room: string, id: string): PresencePart | undefined {
    let latest = this.own.get(room, id)
    for (const part of this.others.of(room, id)?.values() ?? []) {
      if (!latest || isLater(part.stamp, latest.stamp)) latest = part
    }
    return latest
  }

  /** Another node's part came, changed or went. */
  #heard(room: string, id: string, isUpdate: boolean): void {
    for (const { stamp } of this.others.of(room, id)?.values() ?? []) {
      this.#count = Math.max(this.#count, stamp.count)
    }
    const own = this.own.get(room, id)
    const latest = this.#latest(room, id)
    if (own && latest && latest !== own) {
      // Should the other node lose the member, what it showed last is still known here.
      this.own.set(room, id, { ...latest, connections: own.connections }, false)
    }
    // Who has just come wants to see it; who knew it from a node that is gone misses it.
    if (!isUpdate) this.own.urge(room)
    this.#events.changed(room, id)
  }
}

function sum(parts: Iterable<PresencePart>): number {
  let connections = 0
  for (const part of parts) connections += part.connections
  return connections
}
