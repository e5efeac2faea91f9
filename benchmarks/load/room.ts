import type { Link } from '../../lib/load/link.js'

/** Bytes that gather in the kernel for a member, before they are read: reading costs the generator. */
const CHUNK = 48 * 1024
/** Messages that may gather, however large. */
const LEAST = 64
/** Members that are read from at a time: more would keep the sender's reply waiting. */
const AT_A_TIME = 8
/** Chunks that the slowest member may be behind, before the senders wait for it. */
const LAG = 8

/** Counts pushes. While there is load, it reads only when it is told to. */
class Member {
  seen = 0
  #target = 0
  #done: (() => void)[] = []

  constructor(private readonly link: Link) {
    link.onMessages = (count) => this.#received(count)
  }

  work(): void {
    this.link.pause()
  }

  rest(): void {
    this.link.resume()
  }

  /** Reads until so many messages have been seen. */
  drain(target: number, done: () => void): void {
    if (this.seen >= target) {
      done()
      return
    }
    this.#target = Math.max(target, this.#target)
    this.#done.push(done)
    this.link.resume()
  }

  close(): void {
    this.link.close()
  }

  #received(count: number): void {
    this.seen += count
    if (this.seen < this.#target) return
    const done = this.#done
    this.#done = []
    this.link.pause()
    for (const tell of done) tell()
  }
}

/** The members of one sender's room. */
export class Room {
  readonly #members: readonly Member[]
  readonly #chunk: number
  /** Pushes that are on their way to every member, or there. */
  #sent = 0
  #next = 0
  #reading = 0
  #waiting: (() => void)[] = []

  constructor(links: readonly Link[], bytes: number) {
    this.#members = links.map((link) => new Member(link))
    this.#chunk = Math.max(LEAST, Math.ceil(CHUNK / bytes))
  }

  /** From now on, pushes gather. */
  work(): void {
    for (const member of this.#members) member.work()
  }

  /** Members read what comes, so that they answer the pings of a server that others keep waiting. */
  rest(): void {
    for (const member of this.#members) member.rest()
  }

  /** Senders have got the replies to messages with so many pushes. */
  replied(pushes: number): void {
    this.#sent += pushes
    this.#pump(this.#chunk)
  }

  /** Whether the senders may go on; else they are told when. */
  isReady(then: () => void): boolean {
    const member = this.#members[this.#next]
    if (!member || this.#sent - member.seen < this.#chunk * LAG) return true
    this.#waiting.push(then)
    return false
  }

  /** Everything that is on its way has come. */
  async drained(): Promise<void> {
    await Promise.all(
      this.#members.map(
        (member) => new Promise<void>((resolve) => member.drain(this.#sent, resolve)),
      ),
    )
  }

  close(): void {
    for (const member of this.#members) member.close()
  }

  /** Reads from the members that are furthest behind, in the order in which they were read last. */
  #pump(least: number): void {
    while (this.#reading < Math.min(AT_A_TIME, this.#members.length)) {
      const member = this.#members[this.#next]
      if (!member || this.#sent - member.seen < least) break
      this.#next = (this.#next + 1) % this.#members.length
      this.#reading++
      member.drain(this.#sent, () => {
        this.#reading--
        this.#pump(least)
      })
    }
    const waiting = this.#waiting
    this.#waiting = []
    for (const then of waiting) then()
  }
}
