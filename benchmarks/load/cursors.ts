import { isDeepStrictEqual } from 'node:util'
import type { Scenario } from '../scenarios/scenario.js'
import { encodeFrame } from '../../lib/load/frames.js'
import { Link, type Endpoint } from '../../lib/load/link.js'
import type { Loaded } from './rotation.js'

/** Positions that a cursor goes round. */
const POSITIONS = 8
/** What stands once in each update, and nowhere else. */
const MARK = Buffer.from('"connections":')
/** Milliseconds without a push, after which all have come. */
const QUIET = 150

/** Members of one room that all show something, at a steady rate, and are told of by presence. */
export class Cursors implements Loaded {
  readonly #links: readonly Link[]
  readonly #frames: readonly (readonly Buffer[])[]
  /** Messages per second of all together. */
  readonly #rate: number
  #sent = 0
  #updates = 0
  #pushes = 0
  #heardAt = 0

  constructor(links: readonly Link[], scenario: Scenario) {
    this.#links = links
    this.#rate = scenario.rate ?? 0
    this.#frames = links.map((_, index) =>
      Array.from({ length: POSITIONS }, (_position, turn) => frameOf(scenario, index, turn)),
    )
    for (const link of links) {
      link.onMessages = (count) => {
        this.#pushes += count
        this.#heardAt = performance.now()
      }
    }
    // All get the same: one is looked into.
    links[0]?.hear((push) => (this.#updates += updatesIn(push)))
  }

  static async open(endpoint: Endpoint, scenario: Scenario): Promise<Cursors> {
    const links: Link[] = []
    for (let member = 0; member < scenario.members; member++) {
      links.push(await enter(endpoint, scenario))
    }
    return new Cursors(links, scenario)
  }

  /** Pushes that a member got in the last run, on average. */
  get pushes(): number {
    return this.#pushes / this.#links.length
  }

  /** @returns how many updates each member got */
  async run(until: number): Promise<number> {
    this.#sent = 0
    this.#updates = 0
    this.#pushes = 0
    const start = performance.now()
    await new Promise<void>((resolve) => {
      const step = (): void => {
        const now = performance.now()
        this.#sendUpTo(((Math.min(now, until) - start) * this.#rate) / 1000)
        if (now < until) setTimeout(step, 1)
        else resolve()
      }
      step()
    })
    await this.#quiet()
    return this.#updates
  }

  #sendUpTo(due: number): void {
    const { length } = this.#links
    for (; this.#sent < due; this.#sent++) {
      const member = this.#sent % length
      const turn = Math.floor(this.#sent / length) % POSITIONS
      this.#links[member]?.write(this.#frames[member]?.[turn] as Buffer)
    }
  }

  #quiet(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (performance.now() - this.#heardAt >= QUIET) resolve()
        else setTimeout(look, QUIET / 3)
      }
      look()
    })
  }
}

/**
 * What a member shows has to come to another.
 *
 * @throws Error that says what came instead
 */
export async function checkCursors(endpoint: Endpoint, scenario: Scenario): Promise<void> {
  const links = [await enter(endpoint, scenario), await enter(endpoint, scenario)]
  const [watcher, mover] = links as [Link, Link]
  const update = new Promise<Buffer>((resolve) => {
    watcher.hear((push) => {
      if (updatesIn(push) > 0 && push.includes('"update"')) resolve(push)
    })
  })
  mover.write(frameOf(scenario, 1, 0))
  const push = JSON.parse((await update).toString()) as { data: { update: [{ id: unknown }] } }
  for (const link of links) link.close()
  const { id } = push.data.update[0]
  const { event, path } = scenario.message
  const data = { update: [{ id, state: positionOf(1, 0), connections: 1 }] }
  if (typeof id === 'string' && isDeepStrictEqual(push, { event, path, data })) return
  throw new Error(`the push is ${JSON.stringify(push)}`)
}

/** The server may push, too, before it replies. */
async function enter(endpoint: Endpoint, { join }: Scenario): Promise<Link> {
  const link = await Link.open(endpoint)
  if (!join) return link
  const entered = new Promise<void>((resolve) => {
    link.hear((message) => {
      if ((JSON.parse(message.toString()) as { id?: unknown }).id === 1) resolve()
    })
  })
  link.write(encodeFrame(link.wire.encode({ ...join, id: 1 })))
  await entered
  link.hear()
  return link
}

/** All have four digits, so that all updates have the same length. */
function positionOf(member: number, turn: number): { x: number; y: number } {
  return {
    x: 1000 + ((member * 17 + turn * 5) % 9000),
    y: 1000 + ((member * 31 + turn * 3) % 9000),
  }
}

/** Nobody answers it: it has no id. */
function frameOf({ message }: Scenario, member: number, turn: number): Buffer {
  return encodeFrame(JSON.stringify({ ...message, data: positionOf(member, turn) }))
}

function updatesIn(push: Buffer): number {
  let count = 0
  for (let at = push.indexOf(MARK); at >= 0; at = push.indexOf(MARK, at + MARK.length)) count++
  return count
}
