import { guarded } from '../async/maybe-promise.js'
import type { StorageReport } from '../documents/room-options.js'
import type { NodeChange } from '../cluster/cluster-state.js'
import type { TransportGap, TransportStatusChange } from '../transports/broadcast-transport.js'
import type { WsConnection } from './ws-connection.js'

/** Why something was not delivered. */
export type WsDropCause = 'backpressure' | 'rateLimit' | 'malformed' | 'payload'

/** What `app.events` tells of, by name. */
export interface WsEventMap {
  /** A connection opened. */
  connect: { readonly connection: WsConnection }
  /** A connection closed. */
  disconnect: { readonly connection: WsConnection; readonly code: number }
  /** An upgrade was refused. */
  refuse: WsRefuseEvent
  /** A connection became a member of a room. */
  join: { readonly connection: WsConnection; readonly room: string }
  /** A membership ended, whatever the cause. */
  leave: { readonly connection: WsConnection; readonly room: string }
  /** A message or hook failed. */
  error: WsErrorEvent
  /** Something a client sent, or should have been sent, was dropped. */
  drop: { readonly connection: WsConnection; readonly cause: WsDropCause }
  /** A document was opened or closed, or its storage has something to tell. */
  document: WsDocumentEvent
  /** The broadcast transport stands otherwise to its broker. */
  transport: TransportStatusChange
  /** Broadcasts from another process were lost on their way here. */
  gap: TransportGap
  /** Another process came, left, or was not heard of for 15 s. */
  node: NodeChange
}

/** What happened to a document of this process. */
export interface WsDocumentEvent {
  readonly path: string
  /**
   * `opened` and `closed`; of its storage: `failed` for a save that is tried again, `recovered` when
   * saves work again, `cut` for the torn end of a log that was left out.
   */
  readonly kind: 'opened' | 'closed' | StorageReport['kind']
  /** What the storage failed with. */
  readonly cause?: unknown
}

/** A client that did not get in. */
export interface WsRefuseEvent {
  /** The HTTP status, or the code that its socket is closed with. */
  readonly code: number
  readonly reason: string
  /** As the client wrote it. */
  readonly path: string
  readonly remoteAddress: string
}

/** A failure, whoever was told of it. */
export interface WsErrorEvent {
  readonly code: number
  /** What the client was told, or would have been. */
  readonly message: string
  /** `Class.method` of the handler or hook; absent when no handler was reached. */
  readonly handler?: string
  /** Of the route, such as `/chat/:room`; absent when no handler of messages was reached. */
  readonly pattern?: string
  readonly event?: string
  readonly path?: string
  readonly connection?: WsConnection
  /** What was thrown. */
  readonly cause?: unknown
}

type Listener<K extends keyof WsEventMap> = (event: WsEventMap[K]) => void

/**
 * What happens in an app, for metrics and audit. A listener that fails is logged and harms nobody.
 */
export class WsEvents {
  readonly #listeners: { [K in keyof WsEventMap]?: Set<Listener<K>> } = {}
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  /** @returns a function that ends the listening */
  on<K extends keyof WsEventMap>(name: K, listener: Listener<K>): () => void {
    const listeners = this.#listeners[name] ?? new Set()
    ;(this.#listeners as Record<K, Set<Listener<K>>>)[name] = listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }

  /**
   * Whether anybody listens: what happens often makes no event for nobody.
   *
   * @internal
   */
  has(name: keyof WsEventMap): boolean {
    const listeners = this.#listeners[name]
    return listeners !== undefined && listeners.size > 0
  }

  /** @internal */
  emit<K extends keyof WsEventMap>(name: K, event: WsEventMap[K]): void {
    const listeners = this.#listeners[name]
    if (!listeners) return
    for (const listener of listeners) {
      void guarded(() => listener(event), this.#onError)
    }
  }
}
