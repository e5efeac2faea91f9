import type { Clock, ClockTimer } from '../async/clock.js'
import type { Ask } from './messages.js'

/** What questions need of their node. */
export interface AsksParts {
  readonly clock: Clock
  /** The ids of the other nodes that live. */
  readonly nodes: () => readonly string[]
  readonly send: (ask: Ask, to?: string) => void
  /** Whether anything can be sent. */
  readonly canSend: () => boolean
  /** Whether everyone can be reached. */
  readonly isReachable: () => boolean
  /** From when on all others are known that can be. */
  readonly settledAt: () => number
}

/** What is asked, and what counts as an answer. */
export interface AskPlan {
  readonly question: unknown
  /** Milliseconds. */
  readonly deadline: number
  /** Whether it changes something: such are repeated for a minute, until every node has answered. */
  readonly once?: boolean
  /** Looked at again whenever something was heard of the node. Default: every answer will do. */
  readonly isEnough?: (node: string, result: unknown) => boolean
}

/** What came of a question. */
export interface Asked {
  readonly results: readonly unknown[]
  /** Whether a node did not answer, or may be there that nobody knows of. */
  readonly partial: boolean
}

interface Pending extends AskPlan {
  readonly id: string
  readonly at: number
  readonly answers: Map<string, unknown>
  readonly timers: ClockTimer[]
  /** Absent when nobody waits any more. */
  finish: ((partial: boolean) => void) | undefined
}

/** Milliseconds that an order is repeated to those who have not answered. */
const INSIST = 60_000
const MAX_PENDING = 10_000

/** Questions to all other nodes, and what became of them. */
export class Asks {
  readonly #parts: AsksParts
  /** By id, the oldest first. */
  readonly #pending = new Map<string, Pending>()

  constructor(parts: AsksParts) {
    this.#parts = parts
  }

  /** Asks all other nodes. Never rejects. */
  ask(plan: AskPlan): Promise<Asked> {
    const { clock, canSend } = this.#parts
    return new Promise((resolve) => {
      const answers = new Map<string, unknown>()
      const pending: Pending = {
        ...plan,
        ...{ id: crypto.randomUUID(), at: clock.now(), answers, timers: [] },
        finish: (partial) => {
          pending.finish = undefined
          for (const timer of pending.timers) clock.clearTimeout(timer)
          if (!plan.once) this.#pending.delete(pending.id)
          resolve({ results: [...answers.values()], partial })
        },
      }
      this.#add(pending)
      if (!canSend()) return pending.finish?.(true)
      this.#send(pending)
      this.#check(pending)
      if (pending.finish) this.#wait(pending)
    })
  }

  /** A node has answered. */
  answered(id: string, node: string, result: unknown): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    pending.answers.set(node, result)
    this.#check(pending)
  }

  /** A node has come or gone, or has told something: it may be enough. */
  look(): void {
    for (const pending of [...this.#pending.values()]) this.#check(pending)
  }

  /** Tells orders again to those who have not answered. */
  repeat(): void {
    for (const pending of [...this.#pending.values()]) {
      if (!pending.once) continue
      if (this.#parts.clock.now() - pending.at >= INSIST) this.#end(pending)
      else this.#sendAgain(pending)
    }
  }

  /** Nobody is asked any more. */
  close(): void {
    for (const pending of [...this.#pending.values()]) this.#end(pending)
  }

  #add(pending: Pending): void {
    const [oldest] = this.#pending.size < MAX_PENDING ? [] : this.#pending.values()
    if (oldest) this.#end(oldest)
    this.#pending.set(pending.id, pending)
  }

  #end(pending: Pending): void {
    this.#pending.delete(pending.id)
    pending.finish?.(true)
  }

  #wait(pending: Pending): void {
    const { clock, settledAt } = this.#parts
    const { deadline, timers, at } = pending
    const settled = settledAt() - at
    if (settled > 0 && settled < deadline) {
      timers.push(clock.setTimeout(() => this.#check(pending), Math.ceil(settled)))
    }
    // A broker may lose a message.
    timers.push(clock.setTimeout(() => this.#sendAgain(pending), deadline / 2))
    timers.push(clock.setTimeout(() => pending.finish?.(true), deadline))
  }

  #check(pending: Pending): void {
    const { clock, isReachable, settledAt } = this.#parts
    if (!pending.finish || clock.now() < settledAt()) return
    if (this.#missing(pending).length === 0) pending.finish(!isReachable())
  }

  #missing({ answers, isEnough }: Pending): string[] {
    return this.#parts
      .nodes()
      .filter((node) => !answers.has(node) || isEnough?.(node, answers.get(node)) === false)
  }

  #send(pending: Pending, to?: string): void {
    const { id, question, once = false, at } = pending
    const ago = Math.round(this.#parts.clock.now() - at)
    this.#parts.send({ kind: 'ask', id, ago, once, question }, to)
  }

  #sendAgain(pending: Pending): void {
    for (const node of this.#parts.nodes()) {
      if (!pending.answers.has(node)) this.#send(pending, node)
    }
  }
}
