import { EventEmitter } from 'node:events'
import type { WsBroadcastTransport } from 'enfilade'
import { inject, injectable } from 'tsyringe'

/** Stands in for a broker that all processes of a deployment are connected to. */
export class Bus extends EventEmitter {}

/** The label of an app in what is printed. */
export const Label = Symbol('Label')

/** A transport of one's own: three methods. Whatever can carry text can be one. */
@injectable()
export class BusTransport implements WsBroadcastTransport {
  readonly #handlers = new Map<string, (payload: string) => void>()

  constructor(
    private readonly bus: Bus,
    @inject(Label) private readonly label: string,
  ) {}

  /** The bus hands a message back to its publisher, too; the app knows its own and drops it. */
  publish(channel: string, payload: string): void {
    this.bus.emit(channel, payload)
  }

  subscribe(channel: string, handler: (payload: string) => void): void {
    console.log(`${this.label} listens to ${channel}`)
    this.#handlers.set(channel, handler)
    this.bus.on(channel, handler)
  }

  unsubscribe(channel: string): void {
    const handler = this.#handlers.get(channel)
    if (!handler) return
    console.log(`${this.label} is done with ${channel}`)
    this.#handlers.delete(channel)
    this.bus.off(channel, handler)
  }
}
