import { guarded, isPromise, orElse, type MaybePromise } from '../async/maybe-promise.js'
import type { WsPush } from '../protocol/records.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { Encodings } from './encodings/encodings.js'
import { USERS_CHANNEL } from './channels.js'
import { envelopeHead, readEnvelope, ReceivedPush } from './envelope.js'
import type { SlowRule } from './slow-rule.js'

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
  readonly #heads = {
    push: envelopeHead({ from: this.#instance, isFrame: false }),
    frame: envelopeHead({ from: this.#instance, isFrame: true }),
  }
  readonly #report: ReportExchangeFault
  readonly #encodings: Encodings | undefined
  /** Subscriptions that are being given back. */
  readonly #ending = new Set<Promise<void>>()

  /** @param encodings those of the app; default: JSON alone */
  constructor(transport: WsBroadcastTransport, report: ReportExchangeFault, encodings?: Encodings) {
    this.#transport = transport
    this.#report = report
    this.#encodings = encodings
  }

  /**
   * Never waits: local members have been served, whatever a broker does.
   *
   * @param frame the push as the JSON codec has written it, where it has
   * @param slow what becomes of it where a client reads too slowly, when the push says so
   * @throws TypeError when the push cannot be written as JSON, which processes talk in
   */
  publish(channel: string, push: WsPush, frame?: string, slow?: SlowRule): void {
    const isFrame = frame !== undefined
    const known = isFrame ? this.#heads.frame : this.#heads.push
    const also = this.#encodings?.beyondJson(push)
    const from = this.#instance
    const head = slow || also ? envelopeHead({ from, isFrame, slow, also }) : known
    const payload = head + (frame ?? JSON.stringify(push))
    void guarded(
      () => this.#transport.publish(channel, payload),
      (error) => this.#report(error, { action: 'publish', channel }),
    )
  }

  /**
   * For the connections of a user, wherever they are. Never waits.
   *
   * @throws TypeError when the push cannot be written as JSON
   */
  publishToUser(user: string, push: WsPush): void {
    const also = this.#encodings?.beyondJson(push)
    const head = envelopeHead({ from: this.#instance, isFrame: false, also, user })
    const payload = head + JSON.stringify(push)
    void guarded(
      () => this.#transport.publish(USERS_CHANNEL, payload),
      (error) => this.#report(error, { action: 'publish', channel: USERS_CHANNEL }),
    )
  }

  /** @throws what the transport throws; rejects with what it rejects with, after telling of it */
  subscribe(channel: string, deliver: (received: ReceivedPush) => void): MaybePromise<void> {
    const receive = (payload: string): void => {
      try {
        const envelope = readEnvelope(payload)
        if (envelope.from !== this.#instance) deliver(new ReceivedPush(envelope))
      } catch (error) {
        this.#report(error, { action: 'receive', channel })
      }
    }
    return orElse(
      () => this.#transport.subscribe(channel, receive),
      (error) => {
        this.#report(error, { action: 'subscribe', channel })
        throw error
      },
    )
  }

  /** Never rejects: a channel nobody is in is not worth an error. */
  unsubscribe(channel: string): MaybePromise<void> {
    const result = guarded(
      () => this.#transport.unsubscribe(channel),
      (error) => this.#report(error, { action: 'unsubscribe', channel }),
    )
    if (!isPromise(result)) return
    const done = result.finally(() => this.#ending.delete(done))
    this.#ending.add(done)
    return done
  }

  /** Done when no subscription is being given back any more. */
  async whenIdle(): Promise<void> {
    while (this.#ending.size > 0) await Promise.all(this.#ending)
  }
}
