import { andThen, guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import type { WsPush } from '../protocol/records.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import { readEnvelope, writeEnvelope } from './envelope.js'

/** What went wrong between this process and the others. */
export interface ExchangeFault {
  readonly action: 'publish' | 'subscribe' | 'unsubscribe' | 'receive'
  readonly channel: string
}

/** Tells of a fault that has nobody else to hear of it. */
export type ReportExchangeFault = (error: unknown, fault: ExchangeFault) => void

/**
 * This process's door to the others: adds its instance id to what it publishes, and drops what comes
 * back to it.
 */
export class BroadcastExchange {
  readonly #transport: WsBroadcastTransport
  readonly #instance = crypto.randomUUID()
  readonly #report: ReportExchangeFault

  constructor(transport: WsBroadcastTransport, report: ReportExchangeFault) {
    this.#transport = transport
    this.#report = report
  }

  /** Never throws and never waits: local members have been served, whatever a broker does. */
  publish(channel: string, push: WsPush): void {
    const payload = writeEnvelope({ from: this.#instance, push: JSON.stringify(push) })
    void guarded(
      () => this.#transport.publish(channel, payload),
      (error) => this.#report(error, { action: 'publish', channel }),
    )
  }

  /** @throws what the transport throws; rejects with what it rejects with, after telling of it */
  subscribe(channel: string, deliver: (push: WsPush) => void): MaybePromise<void> {
    const receive = (payload: string): void => {
      try {
        const { from, push } = readEnvelope(payload)
        if (from !== this.#instance) deliver(JSON.parse(push) as WsPush)
      } catch (error) {
        this.#report(error, { action: 'receive', channel })
      }
    }
    const fail = (error: unknown): never => {
      this.#report(error, { action: 'subscribe', channel })
      throw error
    }
    try {
      const result = this.#transport.subscribe(channel, receive)
      return isPromise(result) ? Promise.resolve(result).catch(fail) : result
    } catch (error) {
      return fail(error)
    }
  }

  /** Never rejects: a channel nobody is in is not worth an error. */
  unsubscribe(channel: string): MaybePromise<void> {
    return andThen(
      guarded(
        () => this.#transport.unsubscribe(channel),
        (error) => this.#report(error, { action: 'unsubscribe', channel }),
      ),
      () => undefined,
    )
  }
}
