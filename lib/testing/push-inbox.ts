import type { WsPush } from '../protocol/records.js'
import { RESERVED_PREFIX } from '../protocol/reserved-events.js'

/** Says which push is meant. */
export type PushMatch = (push: WsPush) => boolean

interface Waiter {
  readonly match: PushMatch
  readonly take: (push: WsPush) => void
}

/** Pushes in the order they came, each handed out once. */
export class PushInbox {
  /** Everything that came. */
  readonly all: WsPush[] = []
  #kept: WsPush[] = []
  #waiters: Waiter[] = []

  add(push: WsPush): void {
    this.all.push(push)
    const waiter = this.#waiters.find(({ match }) => match(push))
    if (!waiter) {
      this.#kept.push(push)
      return
    }
    this.#waiters = this.#waiters.filter((other) => other !== waiter)
    waiter.take(push)
  }

  /** Takes the first that matches; `undefined` when none has come. */
  take(match: PushMatch): WsPush | undefined {
    const found = this.#kept.find(match)
    if (found) this.#kept = this.#kept.filter((push) => push !== found)
    return found
  }

  /** @returns how to wait no longer */
  wait(match: PushMatch, take: (push: WsPush) => void): () => void {
    const waiter = { match, take }
    this.#waiters.push(waiter)
    return () => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter)
    }
  }
}

/** The meaning of the arguments of `nextPush`; without any, `$` events are not meant. */
export function matchPush(event?: string, path?: string): PushMatch {
  return (push) => {
    if (path !== undefined && push.path !== path) return false
    return event === undefined ? !push.event.startsWith(RESERVED_PREFIX) : push.event === event
  }
}

/** The same in words. */
export function namePush(event?: string, path?: string): string {
  const name = event === undefined ? 'a push' : `the push "${event}"`
  return path === undefined ? name : `${name} on "${path}"`
}
