import type { Clock, ClockTimer } from '../async/clock.js'
import { guarded, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import {
  isManaged,
  type TransportStatus,
  type WsBroadcastTransport,
} from '../transports/broadcast-transport.js'
import { Answers } from './answers.js'
import { Asks, type Asked, type AskPlan } from './asks.js'
import { startClusterCounters, type ClusterCounters } from './cluster-counters.js'
import { ClusterState, type NodeChange } from './cluster-state.js'
import {
  channelOfNode,
  CLUSTER_CHANNEL,
  type ClusterMessage,
  type NodeFacts,
  type Received,
} from './messages.js'
import { HEARTBEAT } from './node-table.js'
import type { PresenceState } from './presence-state.js'
import { readMessage } from './read-message.js'
import type { WsNode } from './ws-node.js'
import { writeMessage } from './write-message.js'

/** Milliseconds between two messages about presence; and when nobody waits for them. */
const INTERVAL = 1000 / 60
const LAZY_INTERVAL = 250
/** Milliseconds that others may take to say that they are there. */
const SETTLING = 1_000
/** Milliseconds between two lines in the log about what could not be read or sent. */
const COMPLAIN_EVERY = 60_000

/** What goes wrong between nodes. */
export type ClusterAction = 'publish' | 'receive' | 'share presence'

/** What a node works with. */
export interface ClusterNodeParts {
  readonly transport: WsBroadcastTransport
  readonly clock: Clock
  /** Open connections, and rooms with members, of this process. */
  readonly count: () => Omit<NodeFacts, 'uptime'>
  /** Finds the answer to a question of another node; throws or rejects when there is none. */
  readonly answer: (question: unknown, ago: number) => MaybePromise<unknown>
  /** What other nodes have of a member is another now. */
  readonly changed: (room: string, id: string) => void
  readonly onNode: (change: NodeChange) => void
  readonly onFault: (error: unknown, action: ClusterAction) => void
}

/** This process among those that run the same app over the same broker. */
export class ClusterNode {
  readonly id = crypto.randomUUID()
  readonly counters: ClusterCounters = startClusterCounters()
  readonly #parts: ClusterNodeParts
  readonly #state: ClusterState
  readonly #asks: Asks
  readonly #answers: Answers
  #generation = 0
  #startedAt = 0
  #settledAt = Infinity
  #isOn = false
  #flushedAt = 0
  #flushAt = 0
  readonly #timers: { beat?: ClockTimer; flush?: ClockTimer; expiry?: ClockTimer } = {}
  #expiryAt = Infinity
  #offStatus: (() => void) | undefined
  /** What is subscribed. */
  readonly #channels: string[] = []
  readonly #complainedAt = new Map<ClusterAction, number>()

  constructor(parts: ClusterNodeParts) {
    this.#parts = parts
    this.#state = new ClusterState(this.id, {
      send: (message, to) => void this.#send(message, to),
      node: (change) => this.#noted(change),
      changed: (room, id) => parts.changed(room, id),
      dirty: (isUrgent) => this.#flushLater(isUrgent ? INTERVAL : LAZY_INTERVAL),
      fault: (error) => this.#complain(error, 'share presence'),
    })
    this.#asks = new Asks({
      clock: parts.clock,
      nodes: () => this.#state.nodes().map(({ node }) => node),
      send: (ask, to) => void this.#send(ask, to),
      canSend: () => this.#canSend,
      isReachable: () => this.#isOn && this.#isStatus('ready'),
      settledAt: () => this.#settledAt,
    })
    this.#answers = new Answers((question, ago) => this.#answer(question, ago))
  }

  /** Who is in which room, at all nodes. */
  get presence(): PresenceState {
    return this.#state.presence
  }

  /**
   * Starts to hear the others.
   *
   * @returns a promise that rejects with what the transport throws; {@link stop} tidies up
   */
  async subscribe(): Promise<void> {
    const { transport, clock } = this.#parts
    this.#generation = Math.max(clock.date(), this.#generation + 1)
    this.#startedAt = clock.now()
    const receive = (payload: string): void => this.#receive(payload)
    for (const channel of [CLUSTER_CHANNEL, channelOfNode(this.id)]) {
      await transport.subscribe(channel, receive)
      this.#channels.push(channel)
    }
  }

  /** Tells the others that this node is there, from now on. */
  start(): void {
    const { transport } = this.#parts
    this.#isOn = true
    if (isManaged(transport)) {
      this.#offStatus = transport.onStatus(({ status }) => {
        if (status !== 'ready') return
        this.#hello()
        this.#asks.repeat()
      })
    }
    this.#hello()
    this.#beatLater()
  }

  /** Takes leave of the others, and hears nothing more. Never rejects. */
  async stop(): Promise<void> {
    const { clock } = this.#parts
    this.#offStatus?.()
    this.#asks.close()
    this.#state.flush()
    const told = this.#send({ kind: 'bye' })
    this.#isOn = false
    for (const timer of Object.values(this.#timers)) clock.clearTimeout(timer)
    // A channel that could not be given back is not worth an error.
    for (const channel of this.#channels.splice(0)) {
      await guarded(
        () => this.#parts.transport.unsubscribe(channel),
        () => undefined,
      )
    }
    await told
  }

  /** All nodes that live, this one first. */
  nodes(): WsNode[] {
    const now = this.#parts.clock.now()
    const { id, generation } = { id: this.id, generation: this.#generation }
    const others = this.#state.nodes().map(({ facts, toldAt, seenAt, ...origin }): WsNode => {
      const { connections, rooms } = facts
      const uptime = Math.round(facts.uptime + now - toldAt)
      const silence = Math.round(now - seenAt)
      const { node, generation: theirs } = origin
      return { id: node, generation: theirs, isSelf: false, uptime, silence, connections, rooms }
    })
    return [{ id, generation, isSelf: true, silence: 0, ...this.#facts() }, ...others]
  }

  /** Asks all other nodes. Never rejects. */
  ask(plan: AskPlan): Promise<Asked> {
    return this.#asks.ask(plan)
  }

  /**
   * Waits until what other nodes told of presence up to now is known here. Never rejects.
   *
   * @returns whether it is, of all of them
   */
  async sync(deadline: number): Promise<boolean> {
    const { clock } = this.#parts
    const isEnough = (node: string, version: unknown): boolean =>
      this.#state.isUpTo(node, Number(version), clock.now())
    const { partial } = await this.#asks.ask({ question: SYNC, deadline, isEnough })
    return !partial
  }

  #facts(): NodeFacts {
    const { clock, count } = this.#parts
    return { uptime: Math.round(clock.now() - this.#startedAt), ...count() }
  }

  get #canSend(): boolean {
    return this.#isOn && this.#isStatus('ready', 'degraded')
  }

  /** A transport that does not know its state counts as ready. */
  #isStatus(...statuses: readonly TransportStatus[]): boolean {
    const { transport } = this.#parts
    return !isManaged(transport) || statuses.includes(transport.status)
  }

  #hello(): void {
    this.#settledAt = this.#parts.clock.now() + SETTLING
    this.#state.beat(this.#facts(), true)
  }

  #beatLater(): void {
    this.#timers.beat = this.#parts.clock
      .setTimeout(() => {
        this.#state.beat(this.#facts())
        this.#asks.repeat()
        this.#beatLater()
      }, HEARTBEAT)
      .unref()
  }

  #flushLater(interval: number): void {
    const at = this.#flushedAt + interval
    if (!this.#isOn || (this.#timers.flush && this.#flushAt <= at)) return
    const { clock } = this.#parts
    clock.clearTimeout(this.#timers.flush)
    this.#flushAt = at
    const flush = (): void => {
      delete this.#timers.flush
      this.#flushedAt = clock.now()
      this.#state.flush()
    }
    const wait = Math.max(0, Math.ceil(at - clock.now()))
    this.#timers.flush = clock.setTimeout(flush, wait).unref()
  }

  /** Never rejects. */
  #send(message: ClusterMessage, to?: string): MaybePromise<void> {
    // What is missed meanwhile is asked for afterwards.
    if (!this.#canSend) return
    const channel = to === undefined ? CLUSTER_CHANNEL : channelOfNode(to)
    const origin = { node: this.id, generation: this.#generation }
    const complain = (error: unknown): void => this.#complain(error, 'publish')
    return guarded(() => {
      const sent = this.#parts.transport.publish(channel, writeMessage(origin, message))
      this.counters.sent++
      return sent
    }, complain)
  }

  #receive(payload: string): void {
    try {
      const received = readMessage(payload)
      if (received.node === this.id || !this.#isOn) return
      this.counters.received++
      this.#take(received)
    } catch (error) {
      this.counters.malformed++
      this.#complain(error, 'receive')
    }
    if (!this.#isOn) return
    this.#asks.look()
    this.#expireLater()
  }

  #take(received: Received): void {
    const { message, node } = received
    const { clock } = this.#parts
    this.#state.receive(received, clock.now(), () => this.#facts())
    if (message.kind === 'answer') this.#asks.answered(message.id, node, message.result)
    if (message.kind !== 'ask') return
    const reply = (result: unknown): unknown =>
      this.#send({ kind: 'answer', id: message.id, result }, node)
    const result = this.#answers.to(message)
    if (!isPromise(result)) reply(result)
    else result.then(reply, (error: unknown) => this.#complain(error, 'receive'))
  }

  #answer(question: unknown, ago: number): MaybePromise<unknown> {
    if ((question as { name?: unknown } | null)?.name !== SYNC.name) {
      return this.#parts.answer(question, ago)
    }
    this.#state.flush()
    return this.presence.own.version
  }

  #noted(change: NodeChange): void {
    this.counters.nodes = this.#state.size
    this.#parts.onNode(change)
    // Who comes late has not heard what was ordered.
    if (change.change === 'joined') this.#asks.repeat()
  }

  #expireLater(): void {
    const { deadline } = this.#state
    if (deadline === Infinity || (this.#timers.expiry && this.#expiryAt <= deadline)) return
    const { clock } = this.#parts
    clock.clearTimeout(this.#timers.expiry)
    this.#expiryAt = deadline
    const expire = (): void => {
      delete this.#timers.expiry
      this.#state.expire(clock.now())
      this.#asks.look()
      this.#expireLater()
    }
    const wait = Math.max(0, Math.ceil(deadline - clock.now()))
    this.#timers.expiry = clock.setTimeout(expire, wait).unref()
  }

  #complain(error: unknown, action: ClusterAction): void {
    const now = this.#parts.clock.now()
    if (now - (this.#complainedAt.get(action) ?? -Infinity) < COMPLAIN_EVERY) return
    this.#complainedAt.set(action, now)
    this.#parts.onFault(error, action)
  }
}

/** Asks for the version of a node's presence, all that is to be told having been told. */
const SYNC = { name: 'sync' } as const
