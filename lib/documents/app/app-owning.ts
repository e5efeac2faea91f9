import type { DocumentOwners } from '../../transports/owners/document-owners.js'
import type { DocumentTimers } from '../document-timers.js'
import { OwnedDocuments } from '../owners/owned-documents.js'
import { startOwnerCounters, type DocumentOwnerCounters } from '../owners/owner-counters.js'
import { PeerDesk } from '../owners/peer-desk.js'
import type { SessionBridge } from '../owners/session-bridge.js'
import type { RoomHost } from '../room-host.js'
import type { DocumentDefinition } from './document-definition.js'
import type { DocumentAppParts } from './document-kit.js'
import { connectionBridge } from './relayed-connection.js'

/** Milliseconds between two lines in the log about what goes wrong between processes. */
const COMPLAIN_EVERY = 60_000

/** Of a lease: three without a word, and a process is taken for dead, which leaves half of it for its heir. */
const BEATS_PER_LEASE = 6

/** What owning works with. */
export interface AppOwningParts {
  readonly parts: DocumentAppParts
  readonly timers: DocumentTimers
  /** The rooms of a path. */
  readonly roomsOf: (path: string) => RoomHost | undefined
}

/** What an app does so that its documents have one owner among several processes. */
export class AppOwning {
  readonly #parts: AppOwningParts
  readonly #owned = new Map<DocumentDefinition, OwnedDocuments>()
  #desk: PeerDesk | undefined
  #complainedAt = -Infinity

  constructor(parts: AppOwningParts) {
    this.#parts = parts
    const { host, documents, transport } = parts.parts
    for (const definition of documents.all) {
      const { pattern, settings } = definition
      if (settings.owners !== undefined) this.#owned.set(definition, this.#own(definition))
      else if (transport && settings.engines.carrier === 'messages') {
        const text =
          'documents without owners: one that is open in two processes at once loses edits'
        host.logger.warn({ documents: pattern }, text)
      }
    }
  }

  /** `undefined` for documents that have no owners. */
  of(definition: DocumentDefinition): OwnedDocuments | undefined {
    return this.#owned.get(definition)
  }

  /** Claims nothing more: documents are about to be closed. */
  stop(): void {
    for (const owned of this.#owned.values()) owned.stop()
  }

  /** All documents are closed: they are given back, and the other processes are told. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#owned.values()].map((owned) => owned.settle()))
    await this.#desk?.close()
  }

  #own({ settings }: DocumentDefinition): OwnedDocuments {
    const { parts, roomsOf } = this.#parts
    const onFault = (error: unknown): void => this.#complain(error)
    this.#desk ??= this.#createDesk()
    return new OwnedDocuments({
      ...{ owners: settings.owners as DocumentOwners, desk: this.#desk, onFault },
      counters: this.#counters(),
      distant: settings.engines.distant?.bind(settings.engines),
      clock: parts.host.clock,
      onLost: (path) => {
        parts.host.logger.warn({ path }, 'a document is not owned any more: it is closed')
        // What cannot be saved has been reported, and its clients have it still.
        roomsOf(path)
          ?.close(path)
          .catch(() => undefined)
      },
    })
  }

  #createDesk(): PeerDesk {
    const { parts, timers, roomsOf } = this.#parts
    const { host, documents, transport } = parts
    if (!transport) throw new TypeError('owners of documents need a broadcast transport')
    const ownedAt = (path: string): OwnedDocuments | undefined => {
      const match = documents.match(path)
      return match && this.#owned.get(match.route)
    }
    const leases = documents.all.flatMap(({ settings: { owners } }) =>
      owners === undefined ? [] : [(owners as DocumentOwners).ttl],
    )
    return new PeerDesk({
      beat: Math.min(...leases) / BEATS_PER_LEASE,
      ...{ transport, timers, clock: host.clock, bridge: this.#bridge() },
      counters: this.#counters(),
      onFault: (error) => this.#complain(error),
      places: {
        isHere: (path) => ownedAt(path)?.has(path) === true && roomsOf(path)?.has(path) === true,
        open: async (path) => {
          const rooms = ownedAt(path) && roomsOf(path)
          if (!rooms) throw new TypeError(`"${path}" is no document with an owner`)
          return rooms.open(path)
        },
      },
    })
  }

  #counters(): DocumentOwnerCounters {
    return (this.#parts.parts.host.counters.documentOwners ??= startOwnerCounters())
  }

  /** Says what is wrong with a session that cannot be told; its client hears that it cannot come in. */
  #bridge(): SessionBridge {
    const describe: SessionBridge['describe'] = (meta) => {
      try {
        return connectionBridge.describe(meta)
      } catch (error) {
        const text = 'a session is no JSON: it cannot be told to the owner of a document'
        this.#parts.parts.host.logger.error({ err: error }, text)
        throw error
      }
    }
    return { ...connectionBridge, describe }
  }

  #complain(error: unknown): void {
    const { clock, logger } = this.#parts.parts.host
    const now = clock.now()
    if (now - this.#complainedAt < COMPLAIN_EVERY) return
    this.#complainedAt = now
    logger.error({ err: error }, 'owners of documents: something failed')
  }
}
