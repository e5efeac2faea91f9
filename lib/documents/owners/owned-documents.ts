import type { Clock } from '../../async/clock.js'
import { WsError } from '../../errors/ws-error.js'
import type { DocumentOwners } from '../../transports/owners/document-owners.js'
import type { DistantAuthor, DistantDocument } from '../document-engine.js'
import type { EnteredRoom } from '../room-connection.js'
import type { OpensRoom } from '../room-handle.js'
import { DistantPlace } from './distant-place.js'
import { DocumentLeases, type Claimed, type Tenure } from './document-leases.js'
import { ElsewhereError } from './elsewhere-error.js'
import type { DocumentOwnerCounters } from './owner-counters.js'
import type { PeerDesk } from './peer-desk.js'

/** Milliseconds between two tries to find out who owns a document that changes hands. */
const LOOK_EVERY = 100

/** Milliseconds that a document may take to change hands once its lease is over. */
const HAND_OVER = 4_000

/** What owned documents work with. */
export interface OwnedDocumentsParts {
  readonly owners: DocumentOwners
  readonly desk: PeerDesk
  readonly clock: Clock
  readonly counters: DocumentOwnerCounters
  /** What is known of a document of another process; left out where nothing is done there. */
  readonly distant?: ((author: DistantAuthor) => DistantDocument) | undefined
  /** The document belongs to another process: it is to be closed. */
  readonly onLost: (path: string) => void
  readonly onFault: (error: unknown) => void
}

/** The documents of a kind that have one owner among several processes. */
export class OwnedDocuments {
  readonly #parts: OwnedDocumentsParts
  readonly #leases: DocumentLeases
  readonly #tenures = new Map<string, Tenure>()
  readonly #places = new Map<string, DistantPlace>()
  readonly #author: DistantAuthor
  readonly #deafen: (() => void) | undefined
  #isClosing = false

  constructor(parts: OwnedDocumentsParts) {
    const { owners, desk, clock, counters, onFault } = parts
    this.#parts = parts
    let count = 0
    this.#deafen = owners.onGone?.((node) => desk.gone(node))
    this.#author = { client: desk.node, next: () => ++count }
    this.#leases = new DocumentLeases({
      ...{ owners, node: desk.node, clock, onFault },
      onHeld: (count) => (counters.owned += count),
      onLost: (path) => {
        counters.lost++
        parts.onLost(path)
      },
    })
  }

  /** Whether a document belongs to this process, which goes on. */
  has(path: string): boolean {
    return !this.#isClosing && this.#leases.has(path)
  }

  /**
   * Makes this process the owner; waits for a former one that is gone, or going.
   *
   * @throws ElsewhereError when another process owns it; WsError 503 when that cannot be found out
   */
  async take(path: string): Promise<Tenure> {
    const { desk, clock, owners, counters } = this.#parts
    await desk.listen()
    let isTaken = false
    const until = clock.now() + owners.ttl + HAND_OVER
    for (;;) {
      if (this.#isClosing) throw new WsError(503, 'The documents are closed')
      const claimed = await this.#claim(path)
      if ('tenure' in claimed) {
        this.#tenures.set(path, claimed.tenure)
        counters.claimed++
        if (isTaken) counters.takenOver++
        return claimed.tenure
      }
      const { owner } = claimed
      isTaken = true
      if (await desk.hail(owner, path)) throw new ElsewhereError(path, owner)
      if (clock.now() >= until) throw new WsError(503, 'The owner of the document does not answer')
      await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_EVERY).unref())
    }
  }

  /** @throws WsError 503, whatever is the matter with who decides */
  async #claim(path: string): Promise<Claimed> {
    try {
      return await this.#leases.claim(path)
    } catch (error) {
      if (error instanceof WsError) throw error
      this.#parts.onFault(error)
      throw new WsError(503, 'Who owns the document cannot be found out')
    }
  }

  /** Where a document is that could not be opened here. */
  elsewhere(path: string, error: unknown): EnteredRoom | undefined {
    if (!(error instanceof ElsewhereError)) return undefined
    return this.#parts.desk.room(error.owner, path)
  }

  /** A document for the application, wherever it is. */
  place(path: string, rooms: OpensRoom): DistantPlace {
    const { owners, desk, clock, distant, counters } = this.#parts
    const known = this.#places.get(path)
    if (known) return known
    const place = new DistantPlace({
      ...{ path, clock, rooms, patience: owners.ttl + HAND_OVER },
      ownerAt: (owner) => desk.caller(owner, path),
      onCall: () => counters.calls++,
      document: distant?.(this.#author),
      onIdle: () => this.#places.delete(path),
    })
    this.#places.set(path, place)
    return place
  }

  /** Nothing of a document is here any more: it is given back. */
  gone(path: string): void {
    const tenure = this.#tenures.get(path)
    this.#tenures.delete(path)
    if (tenure) this.#leases.release(path, tenure.token)
  }

  /** Claims nothing more. */
  stop(): void {
    this.#isClosing = true
    this.#deafen?.()
    for (const place of this.#places.values()) place.leave()
    this.#places.clear()
  }

  /** Done when all that was given back is. Never rejects. */
  settle(): Promise<void> {
    return this.#leases.settle()
  }
}
