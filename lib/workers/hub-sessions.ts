import type { BrokerMessage } from '../transports/managed/broadcast-driver.js'
import type { HubEndpoint, WorkerHub } from './worker-hub.js'
import type { HubRequest, SupervisorMessage } from './worker-messages.js'

/** Tells the worker something; `done` is called when it has left this process. */
export type SendToWorker = (message: SupervisorMessage, done?: () => void) => void

/** Characters that may wait for one worker: one that hangs takes no more of the supervisor's memory. */
const MAX_WAITING = 32 * 1024 * 1024

/** What a message takes besides its text. */
const OVERHEAD = 100

/** The sessions that one worker has with the hub: one for each transport that it has made. */
export class HubSessions {
  readonly #hub: WorkerHub
  readonly #send: SendToWorker
  readonly #endpoints = new Map<number, HubEndpoint>()
  #waiting = 0
  #dropped = 0

  constructor(hub: WorkerHub, send: SendToWorker) {
    this.#hub = hub
    this.#send = send
  }

  /** Messages that were not sent since too many waited. The worker sees a gap. */
  get dropped(): number {
    return this.#dropped
  }

  handle(session: number, request: HubRequest): void {
    if (request.do === 'open') {
      const endpoint = this.#hub.connect(request.space, (messages) =>
        this.#deliver(session, messages),
      )
      this.#endpoints.set(session, endpoint)
      return
    }
    const endpoint = this.#endpoints.get(session)
    if (!endpoint) return
    if (request.do === 'close') {
      endpoint.close()
      this.#endpoints.delete(session)
      return
    }
    if (request.do === 'publish') endpoint.publish(request.messages)
    if (request.do === 'subscribe') endpoint.subscribe(request.channels)
    if (request.do === 'unsubscribe') endpoint.unsubscribe(request.channels)
    this.#send({ enfilade: 'done', session, tag: request.tag })
  }

  /** The worker is gone. */
  close(): void {
    for (const endpoint of this.#endpoints.values()) endpoint.close()
    this.#endpoints.clear()
  }

  #deliver(session: number, messages: readonly BrokerMessage[]): void {
    if (this.#waiting > MAX_WAITING) {
      this.#dropped += messages.length
      return
    }
    let size = messages.length * OVERHEAD
    for (const { payload } of messages) size += payload.length
    this.#waiting += size
    this.#send({ enfilade: 'messages', session, messages }, () => (this.#waiting -= size))
  }
}
