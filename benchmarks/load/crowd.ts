import { encodeFrame } from '../../lib/load/frames.js'
import { Link, type Endpoint } from '../../lib/load/link.js'

/** Connections from one address: there are more ports than that, but others need some, too. */
const PER_ADDRESS = 2000
/** Connections that are opened at once. */
const AT_ONCE = 32

/** Connections that do nothing. */
export class Crowd {
  readonly #links: Link[] = []

  async open(endpoint: Endpoint, connections: number): Promise<void> {
    const until = this.#links.length + connections
    const opened = this.#links.length
    let next = opened
    const open = async (): Promise<void> => {
      while (next < until) {
        const host = 2 + Math.floor(next++ / PER_ADDRESS)
        this.#links.push(await Link.open(endpoint, `127.0.0.${host}`))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, open))
  }

  /** Everyone enters so many rooms; rooms have as many members. */
  async join(each: number): Promise<void> {
    await this.#everyone((link, index) => {
      const first = index - (index % each)
      return link.exchange(
        Array.from({ length: each }, (_, id) => {
          const path = `/room/crowd-${first + id}`
          return encodeFrame(link.wire.encode({ event: 'join', path, id }))
        }),
      )
    })
  }

  /** Everyone calls so many times: what a server allocates once is there before it is weighed. */
  async call(times: number): Promise<void> {
    const message = { event: 'echo-0', path: '/echo/0', data: { text: 'x'.repeat(512) }, id: 1 }
    await this.#everyone((link) => {
      const frame = encodeFrame(link.wire.encode(message))
      return link.exchange(Array.from({ length: times }, () => frame))
    })
  }

  async #everyone(act: (link: Link, index: number) => Promise<void>): Promise<void> {
    let next = 0
    const work = async (): Promise<void> => {
      for (let index = next++; index < this.#links.length; index = next++) {
        await act(this.#links[index] as Link, index)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
  }
}
