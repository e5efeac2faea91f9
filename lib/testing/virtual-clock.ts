import { setImmediate as inNextTurn, setTimeout as inRealTime } from 'node:timers'
import type { Clock, ClockTimer } from '../async/clock.js'

/** Turns without work after which nothing is under way: promises that wait for each other take none. */
const QUIET_TURNS = 2
/** Turns after which what never comes to rest is given up. */
const MAX_TURNS = 100_000
/** Milliseconds between two looks at the real time. */
const LOOK_EVERY = 5

/** A clock that stands still until it is told to go on. Later turns of the event loop are real ones. */
export class VirtualClock implements Clock {
  readonly #epoch = Date.now()
  readonly #timers = new Set<VirtualTimer>()
  #now = 0
  #armed = 0
  #immediates = 0
  #moving: Promise<unknown> = Promise.resolve()

  now(): number {
    return this.#now
  }

  date(): number {
    return this.#epoch + this.#now
  }

  setTimeout(run: () => void, milliseconds: number): ClockTimer {
    const arm = (timer: VirtualTimer): void => {
      timer.at = this.#now + Math.max(0, milliseconds)
      timer.order = ++this.#armed
      this.#timers.add(timer)
    }
    const timer = new VirtualTimer(run, arm)
    arm(timer)
    // What is due now waits for no time to pass.
    if (milliseconds <= 0) this.setImmediate(() => this.#fire(timer))
    return timer
  }

  clearTimeout(timer: ClockTimer | undefined): void {
    this.#timers.delete(timer as VirtualTimer)
  }

  setImmediate(run: () => void): void {
    this.#immediates++
    inNextTurn(() => {
      this.#immediates--
      run()
    })
  }

  /** Done when nothing is left to do at this moment. */
  async settle(): Promise<void> {
    let quiet = 0
    for (let turn = 0; quiet < QUIET_TURNS; turn++) {
      if (turn > MAX_TURNS) throw new Error('settle: the app does not come to rest')
      await new Promise<void>((resolve) => inNextTurn(resolve))
      quiet = this.#immediates === 0 ? quiet + 1 : 0
    }
  }

  /** Lets time pass, one timer after the other. Two at once take turns. */
  advance(milliseconds: number): Promise<void> {
    const done = this.#moving.then(() => this.#advance(milliseconds))
    this.#moving = done.catch(() => undefined)
    return done
  }

  /** Lets time pass as it really does, until something is done. */
  async accompany<T>(work: Promise<T>): Promise<T> {
    const state = { isDone: false }
    const end = (): boolean => (state.isDone = true)
    work.then(end, end)
    await this.settle()
    for (let last = performance.now(); !state.isDone;) {
      await new Promise<void>((resolve) => inRealTime(resolve, LOOK_EVERY))
      const now = performance.now()
      await this.advance(now - last)
      last = now
    }
    return work
  }

  async #advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await this.settle()
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at)
      this.#fire(next)
      await this.settle()
    }
    this.#now = end
  }

  #fire(timer: VirtualTimer): void {
    if (this.#timers.delete(timer)) timer.run()
  }

  #next(end: number): VirtualTimer | undefined {
    let next: VirtualTimer | undefined
    for (const timer of this.#timers) {
      if (timer.at > end) continue
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) {
        next = timer
      }
    }
    return next
  }
}

class VirtualTimer implements ClockTimer {
  at = 0
  order = 0

  constructor(
    readonly run: () => void,
    private readonly arm: (timer: VirtualTimer) => void,
  ) {}

  unref(): this {
    return this
  }

  refresh(): this {
    this.arm(this)
    return this
  }
}
