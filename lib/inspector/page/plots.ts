import type { Overview, Sample } from './api.js'
import { bytes, count } from './dom.js'
import { Plot } from './plot.js'

/** As many as the server keeps: ten minutes. */
const KEPT = 600

/** The plots above everything, which share their ten minutes. */
export class Plots {
  readonly #plots: readonly [key: keyof Sample, plot: Plot][] = [
    ['connections', new Plot({ title: 'Connections', write: count })],
    ['messages', new Plot({ title: 'Messages / s', write: count })],
    ['pushes', new Plot({ title: 'Pushes / s', write: count })],
    ['inFlight', new Plot({ title: 'Handlers at work', write: count })],
    ['queuedBytes', new Plot({ title: 'Waiting to be sent', write: bytes })],
    ['errors', new Plot({ title: 'Errors / s', write: count, isTrouble: true })],
    ['drops', new Plot({ title: 'Dropped / s', write: count, isTrouble: true })],
  ]
  #samples: readonly Sample[] = []

  constructor(element: HTMLElement) {
    element.replaceChildren(...this.#plots.map(([, { element: own }]) => own))
  }

  /** The moment of the last sample; 0 before there is one. */
  get latest(): number {
    return this.#samples.at(-1)?.at ?? 0
  }

  show({ now, uptime, samples }: Overview): void {
    const first = this.#samples[0]
    // A server that has started anew counts from the start.
    const isAnew = first !== undefined && uptime * 1_000 < now - first.at - 5_000
    if (samples.length === 0 && !isAnew) return
    this.#samples = [...(isAnew ? [] : this.#samples), ...samples].slice(-KEPT)
    for (const [key, plot] of this.#plots) {
      plot.show(this.#samples.map((sample) => ({ at: sample.at, value: sample[key] })))
    }
  }
}
