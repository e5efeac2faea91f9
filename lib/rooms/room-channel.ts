import { guarded, isPromise, orElse, type MaybePromise } from '../async/maybe-promise.js'
import type { BroadcastExchange } from './broadcast-exchange.js'
import type { ReceivedPush } from './envelope.js'

interface Operation {
  readonly kind: 'subscribe' | 'unsubscribe'
  readonly done: Promise<void>
}

/**
 * The subscription of one room. It follows the number of members that want it, one operation at a
 * time, so that joins and leaves that race end where membership says.
 */
export class RoomChannel {
  readonly #exchange: BroadcastExchange
  readonly #name: string
  readonly #deliver: (received: ReceivedPush) => void
  #wanted = 0
  #isOn = false
  #running: Operation | undefined
  /** A transport may keep a handler of an earlier subscription: only the newest is heard. */
  #generation = 0

  constructor(
    exchange: BroadcastExchange,
    name: string,
    deliver: (received: ReceivedPush) => void,
  ) {
    this.#exchange = exchange
    this.#name = name
    this.#deliver = deliver
  }

  /** Nobody wants it, and nothing is left to do. */
  get isIdle(): boolean {
    return this.#wanted === 0 && !this.#isOn && !this.#running
  }

  /** One more member; done when this process receives. A failure takes the member back. */
  acquire(): MaybePromise<void> {
    this.#wanted++
    return orElse(
      () => this.#settle(),
      (error) => {
        void this.release()
        throw error
      },
    )
  }

  /** One member less; done when the subscription says so too. Never rejects. */
  release(): MaybePromise<void> {
    if (this.#wanted === 0) return
    this.#wanted--
    // Whoever else wants it is a member or waits for an answer: nothing to do for them, and after a
    // failure no try of which nobody would hear.
    if (this.#wanted > 0) return
    return guarded(
      () => this.#settle(),
      () => undefined,
    )
  }

  #settle(): MaybePromise<void> {
    const running = this.#running
    if (running?.kind === 'subscribe' && this.#wanted > 0) return running.done
    const again = (): MaybePromise<void> => this.#settle()
    if (running) return running.done.then(again, again)
    if (this.#wanted > 0 && !this.#isOn) return this.#subscribe()
    if (this.#wanted === 0 && this.#isOn) return this.#unsubscribe()
  }

  #subscribe(): MaybePromise<void> {
    const generation = ++this.#generation
    const result = orElse(
      () =>
        this.#exchange.subscribe(this.#name, (received) => {
          if (generation === this.#generation) this.#deliver(received)
        }),
      (error) => {
        this.#generation++
        throw error
      },
    )
    return this.#run('subscribe', result, () => (this.#isOn = true))
  }

  #unsubscribe(): MaybePromise<void> {
    this.#isOn = false
    this.#generation++
    return this.#run('unsubscribe', this.#exchange.unsubscribe(this.#name), () => undefined)
  }

  #run(
    kind: Operation['kind'],
    result: MaybePromise<void>,
    onSuccess: () => void,
  ): MaybePromise<void> {
    if (!isPromise(result)) {
      onSuccess()
      return
    }
    // Only then is it no longer running: between the two nobody may start the same again.
    const done = Promise.resolve(result)
      .then(onSuccess)
      .finally(() => (this.#running = undefined))
    this.#running = { kind, done }
    return done
  }
}
