import type { Clock } from '../../async/clock.js'

/** One direction of a wire: what is put in comes out in order, each in a turn of its own. */
export class Lane {
  readonly #clock: Clock
  #isCut = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  put(deliver: () => void): void {
    this.#clock.setImmediate(() => {
      if (!this.#isCut) deliver()
    })
  }

  /** What is on its way is lost, and nothing comes out any more. */
  cut(): void {
    this.#isCut = true
  }
}
