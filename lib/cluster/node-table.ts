import type { NodeFacts, Origin } from './messages.js'

/** Milliseconds between two signs of life. */
export const HEARTBEAT = 5_000

/**
 * Milliseconds of silence after which a node is taken for dead. 15 s are promised from its last breath
 * to the last roster: half a second of it is for being told.
 */
const EXPIRY = 14_500

/** Milliseconds for which a node that has left is not believed to be back: messages may come late. */
const TOMBSTONE = 60_000

/** More nodes than that are a fault, or an attack on the broker. */
const MAX_NODES = 1_024

/** A node as it is known here. */
export interface KnownNode extends Origin {
  readonly facts: NodeFacts
  /** When it told them. */
  readonly toldAt: number
  /** When something was heard of it last: milliseconds of the clock of all instants here. */
  seenAt: number
}

/** What a sign of life comes to; `stale` is one that came too late. */
export type Sighting = 'known' | 'new' | 'renewed' | 'stale'

/** Which other nodes live. It has no clock: what time it is, it is told. */
export class NodeTable {
  readonly #nodes = new Map<string, KnownNode>()
  readonly #left = new Map<string, { readonly generation: number; readonly until: number }>()

  get size(): number {
    return this.#nodes.size
  }

  /** When the next node expires, unless something is heard of it. */
  get nextExpiry(): number {
    let next = Infinity
    for (const { seenAt } of this.#nodes.values()) next = Math.min(next, seenAt + EXPIRY)
    return next
  }

  has(node: string): boolean {
    return this.#nodes.has(node)
  }

  all(): readonly KnownNode[] {
    return [...this.#nodes.values()]
  }

  /** A sign of life with which a node may begin. */
  beat({ node, generation }: Origin, facts: NodeFacts, now: number): Sighting {
    const known = this.#nodes.get(node)
    if (generation <= (this.#left.get(node)?.generation ?? -1)) return 'stale'
    if (known && generation < known.generation) return 'stale'
    if (!known && this.#nodes.size >= MAX_NODES) return 'stale'
    this.#nodes.set(node, { node, generation, facts, toldAt: now, seenAt: now })
    if (!known) return 'new'
    return known.generation === generation ? 'known' : 'renewed'
  }

  /** @returns whether it is from a node that is known, and of today */
  heard({ node, generation }: Origin, now: number): boolean {
    const known = this.#nodes.get(node)
    if (known?.generation !== generation) return false
    known.seenAt = now
    return true
  }

  /** @returns whether the node was known */
  leave({ node, generation }: Origin, now: number): boolean {
    const known = this.#nodes.get(node)
    if (known && known.generation > generation) return false
    if (this.#left.size >= MAX_NODES) this.#left.delete(this.#left.keys().next().value as string)
    this.#left.set(node, { generation, until: now + TOMBSTONE })
    return this.#nodes.delete(node)
  }

  /** Forgets who has been silent for too long; returns their ids. */
  expire(now: number): string[] {
    for (const [node, { until }] of this.#left) if (until <= now) this.#left.delete(node)
    const silent = this.all().filter(({ seenAt }) => seenAt + EXPIRY <= now)
    for (const { node } of silent) this.#nodes.delete(node)
    return silent.map(({ node }) => node)
  }
}
