import type { WsMessageId, WsReply } from '../protocol/records.js'
import type { Platform } from './platform.js'
import { WsClientError } from './ws-client-error.js'

/** How one call is made. */
export interface CallOptions {
  /** Milliseconds. Default: the client's `rpcTimeout`. */
  readonly timeout?: number
  /** Gives the call up: it rejects with the signal's reason. What was sent already still happens. */
  readonly signal?: AbortSignal
}

/** The connection ended before the reply came. Whether the server acted on the call is not known. */
export class ConnectionLost extends WsClientError {
  constructor(details: { readonly code: number; readonly reason: string }) {
    super(503, 'The connection was lost', details)
  }
}

interface PendingCall {
  isSent: boolean
  /** For a reply that is a stream; it has begun with the first word of it. */
  readonly onItem: CallLimits['onItem']
  hasBegun: boolean
  /** It may take its time from now on. */
  readonly stopClock: () => void
  /** Runs at once, before any frame that came with the reply. */
  readonly onData: ((data: unknown) => void) | undefined
  readonly settle: () => void
  readonly resolve: (data: unknown) => void
  readonly reject: (error: unknown) => void
}

/** How a pending call may end, besides by its reply. */
export interface CallLimits {
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
  readonly onData?: (data: unknown) => void
  /** Takes the items of a reply that is a stream; it has to begin in time, then it may last. */
  readonly onItem?: (data: unknown) => void
  /** It ended before its reply came. */
  readonly onGivenUp: () => void
}

/** The calls that wait for their reply. */
export class Calls {
  readonly #platform: Pick<Platform, 'schedule'>
  readonly #pending = new Map<WsMessageId, PendingCall>()
  #lastId = 0

  constructor(platform: Pick<Platform, 'schedule'>) {
    this.#platform = platform
  }

  nextId(): number {
    return ++this.#lastId
  }

  open(id: number, limits: CallLimits): Promise<unknown> {
    const { timeout, signal, onData, onItem, onGivenUp } = limits
    return new Promise((resolve, reject) => {
      const giveUp = (error: unknown): void => {
        onGivenUp()
        this.reject(id, error)
      }
      const cancel = this.#platform.schedule(
        () => giveUp(new WsClientError(408, `No reply within ${timeout} ms`)),
        timeout,
      )
      const abort = (): void => giveUp(signal?.reason)
      const settle = (): void => {
        cancel()
        signal?.removeEventListener('abort', abort)
        this.#pending.delete(id)
      }
      this.#pending.set(id, {
        ...{ isSent: false, hasBegun: false, onData, onItem },
        ...{ stopClock: cancel, settle, resolve, reject },
      })
      signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** From now on the call is lost when the connection is. */
  sent(id: number): void {
    const call = this.#pending.get(id)
    if (call) call.isSent = true
  }

  /** A reply came; one that nobody waits for any more is ignored. */
  reply(reply: WsReply): void {
    const call = this.#pending.get(reply.id)
    if (!call) return
    call.settle()
    if (call.onItem && !call.hasBegun && !('error' in reply)) {
      call.reject(new WsClientError(400, 'The handler does not stream'))
    } else if ('error' in reply) {
      const { code, message, details } = reply.error
      call.reject(new WsClientError(code, message, details))
    } else {
      call.onData?.(reply.data)
      call.resolve(reply.data)
    }
  }

  /** Something of a stream came: that it begins, or an item. */
  item(body: { readonly id?: unknown; readonly data?: unknown }): void {
    const call = this.#pending.get(body.id as number)
    if (!call) return
    call.stopClock()
    call.hasBegun = true
    if ('data' in body) call.onItem?.(body.data)
  }

  isSent(id: number): boolean {
    return this.#pending.get(id)?.isSent === true
  }

  /** Nobody waits for it any more. */
  forget(id: number): void {
    this.#pending.get(id)?.settle()
  }

  reject(id: number, error: unknown): void {
    const call = this.#pending.get(id)
    call?.settle()
    call?.reject(error)
  }

  /** Rejects what was sent; what still waits for a connection goes on waiting. */
  rejectSent(error: WsClientError): void {
    for (const call of [...this.#pending.values()]) {
      if (!call.isSent) continue
      call.settle()
      call.reject(error)
    }
  }

  rejectAll(error: WsClientError): void {
    for (const call of [...this.#pending.values()]) {
      call.settle()
      call.reject(error)
    }
  }
}
