import { MemoryDocumentOwners } from '../transports/owners/memory-document-owners.js'
import type { SendToWorker } from './hub-sessions.js'

/** How long a document belongs to a worker that says nothing more, in milliseconds: one that has ended says so. */
export const OWNERS_TTL = 6_000

/** Owners of the documents of one app, kept by the supervisor of its workers. */
export function keepOwners(): MemoryDocumentOwners {
  return new MemoryDocumentOwners({ ttl: OWNERS_TTL })
}

/** The part of one worker in who owns which document. */
export class OwnersDesk {
  readonly #send: SendToWorker
  /** By space: the names of the worker's apps, and the end of what it hears of others. */
  readonly #known = new Map<number, { readonly nodes: Set<string>; readonly deafen: () => void }>()
  readonly #ownersOf: (space: number) => MemoryDocumentOwners

  constructor(ownersOf: (space: number) => MemoryDocumentOwners, send: SendToWorker) {
    this.#ownersOf = ownersOf
    this.#send = send
  }

  /** An app of the worker claims documents under this name. */
  hear(space: number, node: string): void {
    const known = this.#known.get(space)
    if (known) known.nodes.add(node)
    else {
      const deafen = this.#ownersOf(space).onGone((gone) =>
        this.#send({ enfilade: 'gone', space, node: gone }),
      )
      this.#known.set(space, { nodes: new Set([node]), deafen })
    }
  }

  /** The worker has ended: its documents are free at once, and the others hear of it. */
  close(): void {
    for (const [space, { nodes, deafen }] of this.#known) {
      deafen()
      for (const node of nodes) this.#ownersOf(space).gone(node)
    }
    this.#known.clear()
  }
}
