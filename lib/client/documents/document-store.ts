import type { ReplicaState } from './replica-options.js'

/** The part of a replica's state that every edit changes. */
export type ReplicaEdits = Pick<ReplicaState, 'client' | 'schema' | 'next' | 'pending'>

/** What is kept of one document, in the hands of one replica. */
export interface KeptDocument {
  /** What an earlier replica left; `undefined` for nothing. */
  readonly state: ReplicaState | undefined
  /** Replaces all. */
  save(state: ReplicaState): Promise<void>
  /** Replaces what has not reached the server, and leaves the records as they were kept. */
  saveEdits(edits: ReplicaEdits): Promise<void>
  /** Forgets the document. */
  remove(): Promise<void>
  /** Lets go: from now on another replica may have it. */
  release(): void
}

/** Where a client keeps its documents through a reload. */
export interface DocumentStore {
  /**
   * Takes what was kept of a document, so that no other replica starts from it: one that asks
   * meanwhile gets another copy, or none.
   */
  open(key: string): Promise<KeptDocument>
}

/** Puts the two parts together that are kept apart. */
export function joinState(
  base: Omit<ReplicaState, keyof Omit<ReplicaEdits, 'schema'>> | undefined,
  edits: ReplicaEdits | undefined,
): ReplicaState | undefined {
  if (!edits) return undefined
  return { ...edits, ...(base ?? { records: [] }) }
}
