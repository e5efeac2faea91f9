import type { Clock } from './async/clock.js'
import { ClusterNode } from './cluster/cluster-node.js'
import { WsListenError, type ListenAddress } from './errors/ws-listen-error.js'
import type { BroadcastExchange } from './rooms/broadcast-exchange.js'
import { EVERYONE_CHANNEL, USERS_CHANNEL } from './rooms/channels.js'
import { RoomChannel } from './rooms/room-channel.js'
import type { AppHost } from './runtime/app-host.js'
import { answerQuestion } from './runtime/cluster-answers.js'
import { ClusterCalls } from './runtime/cluster-calls.js'
import type { WsBroadcastTransport } from './transports/broadcast-transport.js'

/** What ties an app to the others. */
export interface AppClusterParts {
  readonly transport: WsBroadcastTransport
  readonly exchange: BroadcastExchange
  readonly clock: Clock
  readonly host: () => AppHost
  /** What other processes have of a member of a room is another now. */
  readonly heard: (room: string, id: string) => void
}

/** The other processes of an app, from the first word to the last. */
export class AppCluster {
  readonly node: ClusterNode
  readonly calls: ClusterCalls
  readonly #exchange: BroadcastExchange
  readonly #everyone: RoomChannel
  readonly #users: RoomChannel

  constructor({ transport, exchange, clock, host, heard }: AppClusterParts) {
    this.#exchange = exchange
    this.node = new ClusterNode({
      ...{ transport, clock, changed: heard },
      count: () => ({ connections: host().server.size, rooms: host().rooms.size }),
      answer: (question, ago) => answerQuestion(host(), question, ago),
      onNode: (change) => host().events.emit('node', change),
      onFault: (error, action) =>
        host().logger.error({ err: error }, `processes: ${action} failed`),
    })
    this.calls = new ClusterCalls(this.node, (user, push) => exchange.publishToUser(user, push))
    this.#everyone = new RoomChannel(exchange, EVERYONE_CHANNEL, (received) =>
      host().server.deliver(received),
    )
    this.#users = new RoomChannel(exchange, USERS_CHANNEL, (received) =>
      host().server.deliverToUser(received),
    )
  }

  /**
   * Starts to hear the others.
   *
   * @throws WsListenError when the transport cannot subscribe; {@link close} tidies up
   */
  async open(address: ListenAddress): Promise<void> {
    try {
      await this.#everyone.acquire()
      await this.#users.acquire()
      await this.node.subscribe()
    } catch (cause) {
      const text = 'listen: the broadcast transport cannot subscribe'
      throw new WsListenError(text, address, { cause })
    }
  }

  /** Tells the others that this process is there. */
  start(): void {
    this.node.start()
  }

  /** Takes leave, and gives back all that was subscribed. Never rejects. */
  async close(): Promise<void> {
    await Promise.all([this.node.stop(), this.#everyone.release(), this.#users.release()])
    await this.#exchange.whenIdle()
  }
}
