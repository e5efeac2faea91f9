import { variant, type Scenario } from '../scenarios/scenario.js'
import { encodeFrame } from '../../lib/load/frames.js'
import type { Link } from '../../lib/load/link.js'
import type { Room } from './room.js'
import type { Loaded } from './rotation.js'

/** Variants beyond these are left out of the rotation, evenly. */
const MOST_FRAMES = 8192

/** Writes a batch, waits for all of its replies, writes the next, until its time is up. */
export class Sender implements Loaded {
  readonly #batches: readonly Buffer[]
  readonly #depth: number
  /** That a batch causes at each member. */
  readonly #pushes: number
  #until = 0
  #batch = 0
  #sent = 0
  #outstanding = 0
  #done: ((sent: number) => void) | undefined

  constructor(
    private readonly link: Link,
    private readonly room: Room | undefined,
    scenario: Scenario,
    index: number,
  ) {
    this.#depth = scenario.depth
    this.#pushes = scenario.depth * (scenario.pushes?.count ?? 1)
    this.#batches = createBatches(link, scenario, index)
    link.onMessages = (count) => this.#received(count)
  }

  /** @returns how many messages were answered */
  run(until: number): Promise<number> {
    this.#until = until
    this.#sent = 0
    return new Promise((resolve) => {
      this.#done = resolve
      this.#next()
    })
  }

  close(): void {
    this.link.close()
  }

  #received(count: number): void {
    this.#outstanding -= count
    if (this.#outstanding !== 0) return
    this.#sent += this.#depth
    // The next batch is written first, so that the server is busy while members are read.
    const over = performance.now() >= this.#until
    if (!over) this.#next()
    this.room?.replied(this.#pushes)
    if (over) this.#done?.(this.#sent)
  }

  readonly #next = (): void => {
    if (this.room?.isReady(this.#next) === false) return
    this.#outstanding = this.#depth
    this.#batch = (this.#batch + 1) % this.#batches.length
    this.link.write(this.#batches[this.#batch] as Buffer)
  }
}

function createBatches(link: Link, scenario: Scenario, index: number): Buffer[] {
  const { message, variants, depth } = scenario
  const frames = Math.min(variants, MOST_FRAMES)
  const batches = Math.ceil(frames / depth)
  const nth = (frame: number): Buffer => {
    const n = Math.floor(((frame % frames) * variants) / frames)
    const id = frame % depth
    return encodeFrame(link.wire.encode({ ...variant(message, n, index), id }))
  }
  return Array.from({ length: batches }, (_, batch) =>
    Buffer.concat(Array.from({ length: depth }, (_frame, id) => nth(batch * depth + id))),
  )
}
