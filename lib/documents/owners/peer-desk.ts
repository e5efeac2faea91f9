import type { Clock } from '../../async/clock.js'
import type { WsBroadcastTransport } from '../../transports/broadcast-transport.js'
import type { DocumentTimers } from '../document-timers.js'
import type { EnteredRoom } from '../room-connection.js'
import { GuestSessions, type GuestPlaces } from './guest-sessions.js'
import type { DocumentOwnerCounters } from './owner-counters.js'
import type { PeerLink } from './peer-link.js'
import { PeerLinks } from './peer-links.js'
import { RemoteSessions } from './remote-sessions.js'
import type { SessionBridge } from './session-bridge.js'

/** What goes between the processes works with this. */
export interface PeerDeskParts {
  readonly transport: WsBroadcastTransport
  readonly clock: Clock
  /** Milliseconds between two signs of life of a process that sessions go over. */
  readonly beat: number
  readonly timers: DocumentTimers
  readonly bridge: SessionBridge
  readonly places: GuestPlaces
  readonly counters: DocumentOwnerCounters
  readonly onFault: (error: unknown) => void
}

/** Sessions of this process in documents of others, and sessions of others in documents of this one. */
export class PeerDesk {
  readonly #links: PeerLinks
  readonly #remote = new WeakMap<PeerLink, RemoteSessions>()

  constructor(parts: PeerDeskParts) {
    const { transport, clock, beat, timers, bridge, places, counters, onFault } = parts
    this.#links = new PeerLinks({
      ...{ transport, clock, beat, counters, onFault },
      ends: {
        accepted: (link) =>
          new GuestSessions(link, { ...places, bridge, timers, counters, onFault }),
        begun: (link) => {
          const remote = new RemoteSessions(link, { clock, timers, bridge, counters })
          this.#remote.set(link, remote)
          return remote
        },
      },
    })
  }

  /** By which others reach this process. */
  get node(): string {
    return this.#links.node
  }

  /** Begins to hear the others; rejects when the transport cannot. */
  listen(): Promise<void> {
    return this.#links.listen()
  }

  /** Whether a process is there, and owns a document. Never rejects. */
  hail(node: string, path: string): Promise<boolean> {
    return this.#to(node).hail(path)
  }

  /** A document of another process, to go in. */
  room(node: string, path: string): EnteredRoom {
    return this.#to(node).room(path)
  }

  /** The same, for this application to call. */
  caller(node: string, path: string): EnteredRoom {
    return this.#to(node).room(path, true)
  }

  /** A process has ended, for certain. */
  gone(node: string): void {
    this.#links.gone(node)
  }

  /** Ends all links. Never rejects. */
  close(): Promise<void> {
    return this.#links.close()
  }

  #to(node: string): RemoteSessions {
    return this.#remote.get(this.#links.to(node)) as RemoteSessions
  }
}
