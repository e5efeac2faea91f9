/** A lease as this process counts on it. */
interface Held {
  readonly token: number
  /** From when on it is not counted on any more. */
  deadline: number
  /** When it is to be renewed. */
  renewAt: number
}

/** A lease that is to be renewed. */
export interface DueLease {
  readonly path: string
  readonly token: number
}

/** The part of a lease after which it is renewed, so that two renewals may fail. */
const RENEW_AFTER = 1 / 3

/** The part of a lease that is counted on: clocks need not run at quite the same speed. */
const COUNTED_ON = 0.9

/**
 * Which documents this process owns, and until when. It knows no clock and no store: instants and answers
 * are given to it. A lease counts from when it was asked for, which is before it was given.
 */
export class LeaseBook {
  readonly #ttl: number
  readonly #held = new Map<string, Held>()

  /** @param ttl of a lease, in milliseconds */
  constructor(ttl: number) {
    this.#ttl = ttl
  }

  get size(): number {
    return this.#held.size
  }

  /** When {@link due} or {@link expire} has something to do; `Infinity` for never. */
  get nextAt(): number {
    let next = Infinity
    for (const { deadline, renewAt } of this.#held.values()) {
      next = Math.min(next, deadline, renewAt)
    }
    return next
  }

  /** A lease was given; one of the same document before is over. */
  hold(path: string, token: number, askedAt: number): void {
    this.#held.set(path, { token, ...this.#from(askedAt) })
  }

  /** Whether a lease can be counted on. */
  isHeld(path: string, token: number, now: number): boolean {
    const held = this.#held.get(path)
    return held?.token === token && now < held.deadline
  }

  /** The token of a document, as long as it can be counted on. */
  tokenOf(path: string, now: number): number | undefined {
    const held = this.#held.get(path)
    return held && now < held.deadline ? held.token : undefined
  }

  /** Takes the leases that are to be renewed; they are not due again before another third. */
  due(now: number): DueLease[] {
    const due: DueLease[] = []
    for (const [path, held] of this.#held) {
      if (held.renewAt > now || held.deadline <= now) continue
      held.renewAt = now + this.#ttl * RENEW_AFTER
      due.push({ path, token: held.token })
    }
    return due
  }

  /** A lease was renewed. The answers may come in any order. */
  renewed({ path, token }: DueLease, askedAt: number): void {
    const held = this.#held.get(path)
    if (held?.token !== token) return
    const { deadline, renewAt } = this.#from(askedAt)
    held.deadline = Math.max(held.deadline, deadline)
    held.renewAt = Math.max(held.renewAt, renewAt)
  }

  /** Forgets a lease. Returns whether it was there. */
  drop(path: string, token: number): boolean {
    return this.#held.get(path)?.token === token && this.#held.delete(path)
  }

  /** Forgets the leases that cannot be counted on any more, and returns them. */
  expire(now: number): DueLease[] {
    const over: DueLease[] = []
    for (const [path, { token, deadline }] of this.#held) {
      if (deadline > now) continue
      this.#held.delete(path)
      over.push({ path, token })
    }
    return over
  }

  #from(askedAt: number): Pick<Held, 'deadline' | 'renewAt'> {
    return {
      deadline: askedAt + this.#ttl * COUNTED_ON,
      renewAt: askedAt + this.#ttl * RENEW_AFTER,
    }
  }
}
