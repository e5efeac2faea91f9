/** Who owns a document. */
export interface DocumentLease {
  /** The node that it was claimed for. */
  readonly owner: string
  /** Higher than that of every lease of the document before: a storage refuses the lower ones. */
  readonly token: number
}

/**
 * Decides which process owns a document. A lease ends by itself unless it is renewed, so that a document
 * whose owner was killed finds another one.
 */
export interface DocumentOwners {
  /** How long a lease lasts from when it was claimed or renewed, in milliseconds. */
  readonly ttl: number
  /**
   * Makes a node the owner, unless another node is: then that one's lease is returned. A node that owns it
   * already gets another token, which ends the lease before. Rejects when it cannot be decided.
   */
  claim(path: string, node: string): Promise<DocumentLease>
  /** Makes a lease last longer; returns whether it still is the latest. */
  renew(path: string, token: number): Promise<boolean>
  /** Gives a document back, unless the token is of a lease before. */
  release(path: string, token: number): Promise<void>
  /**
   * Tells of nodes that have ended, where that is known for certain: nobody waits for them any more.
   * Returns a function that ends the listening.
   */
  onGone?(listener: (node: string) => void): () => void
}
