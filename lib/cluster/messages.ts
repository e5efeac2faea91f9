import type { PresenceDelta, PresencePiece } from './own-parts.js'

/** The wire between nodes: a node that speaks another version is not understood. */
export const CLUSTER_VERSION = 1

/** The channel of what all nodes hear. */
export const CLUSTER_CHANNEL = 'ws:cluster'

/** The channel of what one node alone hears. */
export function channelOfNode(node: string): string {
  return `${CLUSTER_CHANNEL}:${node}`
}

/** Who sends a message between nodes. */
export interface Origin {
  readonly node: string
  /** When that node started: one that starts again under the same id has a higher one. */
  readonly generation: number
}

/** What a node tells of itself. */
export interface NodeFacts {
  /** Milliseconds since it started. */
  readonly uptime: number
  /** Open at that node. */
  readonly connections: number
  /** With a member at that node. */
  readonly rooms: number
}

/** A node lives. */
export interface Beat extends NodeFacts {
  readonly kind: 'beat'
  /** The version of its presence. */
  readonly version: number
  /** Whether it does not know who is there, and wants to hear of it. */
  readonly hello?: boolean
}

/** A node leaves. */
export interface Bye {
  readonly kind: 'bye'
}

/** A node's presence has changed. */
export interface Delta extends PresenceDelta {
  readonly kind: 'delta'
}

/** A node has missed changes since a version, and wants them. */
export interface Pull {
  readonly kind: 'pull'
  readonly have: number
}

/** A piece of all of a node's presence. */
export interface Piece extends PresencePiece {
  readonly kind: 'piece'
}

/** A node wants something of the others, and an answer. */
export interface Ask {
  readonly kind: 'ask'
  readonly id: string
  /** Milliseconds since it was asked first. */
  readonly ago: number
  /** Whether it changes something: it is done once, however often it arrives. */
  readonly once: boolean
  /** Checked by whoever answers. */
  readonly question: unknown
}

export interface Answer {
  readonly kind: 'answer'
  readonly id: string
  readonly result: unknown
}

/** What nodes say to each other. */
export type ClusterMessage = Beat | Bye | Delta | Pull | Piece | Ask | Answer

/** A message, and who sent it. */
export interface Received extends Origin {
  readonly message: ClusterMessage
}
