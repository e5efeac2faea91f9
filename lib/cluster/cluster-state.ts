import type { Beat, ClusterMessage, Delta, NodeFacts, Origin, Piece, Received } from './messages.js'
import { NodeTable, type KnownNode } from './node-table.js'
import { PresenceState, type PresenceEvents } from './presence-state.js'

/** Milliseconds that members stay whose node has left: a client may come back to another one. */
const FADE = 5_000

/** Milliseconds between two requests for what was missed, unless a heartbeat says that it was. */
const PULL_EVERY = 1_000

/** What became of a node. */
export interface NodeChange {
  readonly node: string
  /** `left` by itself, or was `lost`: nothing was heard of it for 15 s. */
  readonly change: 'joined' | 'left' | 'lost'
}

/** What the state of a cluster does to the world. */
export interface ClusterEffects extends PresenceEvents {
  /** @param to the node that alone should hear it; all, when there is none */
  readonly send: (message: ClusterMessage, to?: string) => void
  readonly node: (change: NodeChange) => void
}

/**
 * What a node knows of the others: who lives, and who is in which room there. It knows no transport and
 * no clock: messages and instants are given to it.
 */
export class ClusterState {
  readonly presence: PresenceState
  readonly #table = new NodeTable()
  readonly #effects: ClusterEffects
  readonly #pulledAt = new Map<string, number>()
  /** Until when the members of nodes stay that have left. */
  readonly #fading = new Map<string, number>()

  constructor(self: string, effects: ClusterEffects) {
    this.#effects = effects
    this.presence = new PresenceState(self, effects)
  }

  /** When {@link expire} has something to do; `Infinity` for never. */
  get deadline(): number {
    return Math.min(this.#table.nextExpiry, ...this.#fading.values())
  }

  get size(): number {
    return this.#table.size
  }

  /** The other nodes that live. */
  nodes(): readonly KnownNode[] {
    return this.#table.all()
  }

  has(node: string): boolean {
    return this.#table.has(node)
  }

  /** Tells the others that this node lives, and what has changed. */
  beat(facts: NodeFacts, hello = false): void {
    this.flush()
    this.#effects.send(this.#beatOf(facts, hello))
  }

  /** Tells the others what has changed. */
  flush(): void {
    for (const delta of this.presence.own.takeDeltas()) {
      this.#effects.send({ kind: 'delta', ...delta })
    }
  }

  /**
   * Takes what a node sent about itself.
   *
   * @param facts what this node tells of itself, should it have to
   * @returns whether it is from a node that lives
   * @throws Error when what it holds is not what it should be
   */
  receive({ message, ...origin }: Received, now: number, facts: () => NodeFacts): boolean {
    if (message.kind === 'beat') return this.#hear(origin, message, { now, facts })
    if (message.kind === 'bye') return this.#bye(origin, now)
    const isKnown = this.#table.heard(origin, now)
    // Whoever asks is not known yet, maybe, and has to be answered all the same.
    if (message.kind === 'pull') this.#give(origin.node, message.have)
    if (!isKnown) return false
    if (message.kind === 'delta') this.#apply(origin.node, message, now)
    if (message.kind === 'piece') this.presence.others.load(origin.node, message)
    return true
  }

  /** Whether everything is known that a node had told up to a version; asks for it when not. */
  isUpTo(node: string, version: number, now: number): boolean {
    if (this.presence.others.versionOf(node) >= version) return true
    this.#pull(node, now, false)
    return false
  }

  /** Forgets who has been silent for too long. */
  expire(now: number): void {
    for (const node of this.#table.expire(now)) this.#end({ node, change: 'lost' })
    for (const [node, until] of this.#fading) {
      if (until > now) continue
      this.#fading.delete(node)
      this.presence.others.drop(node)
    }
  }

  #beatOf(facts: NodeFacts, hello: boolean): Beat {
    const { version } = this.presence.own
    return { kind: 'beat', version, ...(hello && { hello }), ...facts }
  }

  #hear(
    origin: Origin,
    { kind: _kind, version, hello, ...facts }: Beat,
    { now, facts: own }: { now: number; facts: () => NodeFacts },
  ): boolean {
    const { node } = origin
    const sighting = this.#table.beat(origin, facts, now)
    if (sighting === 'stale') return false
    if (sighting !== 'known') {
      this.#fading.delete(node)
      this.presence.others.drop(node)
      this.#pulledAt.delete(node)
    }
    if (sighting === 'new') this.#effects.node({ node, change: 'joined' })
    if (sighting !== 'known' || hello) this.#effects.send(this.#beatOf(own(), false), node)
    if (this.presence.others.versionOf(node) < version) this.#pull(node, now, true)
    return true
  }

  #bye(origin: Origin, now: number): boolean {
    if (!this.#table.leave(origin, now)) return false
    const { node } = origin
    this.presence.others.fade(node)
    this.#fading.set(node, now + FADE)
    this.#pulledAt.delete(node)
    this.#effects.node({ node, change: 'left' })
    return true
  }

  #end(change: NodeChange): void {
    this.presence.others.drop(change.node)
    this.#pulledAt.delete(change.node)
    this.#effects.node(change)
  }

  #apply(node: string, delta: Delta, now: number): void {
    if (this.presence.others.apply(node, delta) === 'gap') this.#pull(node, now, false)
  }

  #pull(node: string, now: number, isDue: boolean): void {
    const last = this.#pulledAt.get(node) ?? -Infinity
    if (!isDue && now - last < PULL_EVERY) return
    this.#pulledAt.set(node, now)
    this.#effects.send({ kind: 'pull', have: this.presence.others.versionOf(node) }, node)
  }

  /** Gives a node what it missed, or everything. */
  #give(node: string, have: number): void {
    this.flush()
    const deltas = this.presence.own.since(have)
    const missed: (Delta | Piece)[] = deltas
      ? deltas.map((delta) => ({ kind: 'delta', ...delta }))
      : this.presence.own.pieces().map((piece) => ({ kind: 'piece', ...piece }))
    for (const message of missed) this.#effects.send(message, node)
  }
}
