import { composeOps } from '../../protocol/documents/compose-ops.js'
import {
  idOf,
  isSameSchema,
  type RecordOp,
  type RecordSchema,
} from '../../protocol/documents/document-record.js'

/** One transaction that the server may not have, or may lose again. */
export interface PendingPush {
  readonly n: number
  ops: readonly RecordOp[]
  /** The versions that it was written with. */
  readonly schema: RecordSchema
  /** `acked`: done, but not known to be durable. */
  state: 'waiting' | 'sent' | 'acked'
  /** Whether the server may have seen it: then it stays as it is. */
  wasSent: boolean
  /** The clock it became, once it is acked. */
  clock: number
}

/** Pushes that a replica may have made since its state was last kept: more than anybody does. */
const UNKEPT = 10_000

/** Pushes on their way: how many at once. */
const WINDOW = 32

/** The transactions of a replica, in order, from when they are made until they are durable. */
export class PendingPushes {
  #all: PendingPush[] = []
  #next = 1

  /** In order. */
  get all(): readonly PendingPush[] {
    return this.#all
  }

  /** The number that the next one will have. */
  get next(): number {
    return this.#next
  }

  /**
   * Starts from what was kept.
   *
   * @param clock up to where the records that were kept have what is acked
   */
  restore(next: number, all: readonly PendingPush[], clock: number): void {
    // Whoever kept it may have gone on without keeping more: its numbers must not mean two things.
    this.#next = next + UNKEPT
    this.#all = all.map((push) => {
      const isKept = push.state === 'acked' && push.clock <= clock
      const state = isKept ? push.state : 'waiting'
      return { ...push, state, wasSent: true }
    })
  }

  /**
   * Adds a transaction. One that changes the same records as the last, which has not been sent yet,
   * becomes a part of it: a shape that is dragged while offline is one push.
   */
  add(ops: readonly RecordOp[], schema: RecordSchema): void {
    const last = this.#all.at(-1)
    if (last?.state === 'waiting' && !last.wasSent && isSameRecords(last.ops, ops)) {
      last.ops = composeOps(last.ops, ops)
      return
    }
    this.#all.push({ n: this.#next++, ops, schema, state: 'waiting', wasSent: false, clock: 0 })
  }

  /** Those that may be sent now; they count as sent. */
  take(): readonly PendingPush[] {
    const onTheWay = this.#all.filter(({ state }) => state === 'sent').length
    const ready = this.#all.filter(({ state }) => state === 'waiting').slice(0, WINDOW - onTheWay)
    for (const push of ready) {
      push.state = 'sent'
      push.wasSent = true
    }
    return ready
  }

  /** The one with a number, when it has been sent and not been answered. */
  sent(n: number): PendingPush | undefined {
    return this.#all.find((push) => push.n === n && push.state === 'sent')
  }

  drop(push: PendingPush): void {
    this.#all = this.#all.filter((one) => one !== push)
  }

  /** Forgets what is durable. Returns whether there was anything. */
  settle(durable: number): boolean {
    const before = this.#all.length
    this.#all = this.#all.filter(({ state, clock }) => state !== 'acked' || clock > durable)
    return this.#all.length < before
  }

  /** After a connection: what the server has is acked, everything else waits to be sent again. */
  reconnected(pushed: number, clock: number): void {
    // A replica whose numbers were lost must not take those that the server knows.
    this.#next = Math.max(this.#next, pushed + 1)
    for (const push of this.#all) {
      if (push.n > pushed) push.state = 'waiting'
      else {
        // After a crash it may have a lower clock than the one it was acked with.
        push.clock = push.state === 'acked' ? Math.min(push.clock, clock) : clock
        push.state = 'acked'
      }
    }
  }

  /** The operations that the server's state does not have, in order, as far as they fit a schema. */
  *operations(own: RecordSchema): Generator<RecordOp> {
    for (const { ops, state, schema } of this.#all) {
      if (state !== 'acked' && isSameSchema(schema, own)) yield* ops
    }
  }
}

function isSameRecords(a: readonly RecordOp[], b: readonly RecordOp[]): boolean {
  const ids = new Set(a.map(idOf))
  return ids.size === new Set(b.map(idOf)).size && b.every((op) => ids.has(idOf(op)))
}
