/** What a node has counted of its talk with the others. */
export interface ClusterCounters {
  /** The others that live, as far as is known. */
  nodes: number
  /** Messages to them. */
  sent: number
  /** Messages from them. */
  received: number
  /** Payloads on their channels that are no messages, or of another version. */
  malformed: number
}

export function startClusterCounters(): ClusterCounters {
  return { nodes: 0, sent: 0, received: 0, malformed: 0 }
}
