import type { PeerItem, PeerMessage } from './peer-messages.js'

/** What is gathered of one turn before it is sent at once, in UTF-16 units. */
const MAX_GATHERED = 64 * 1024

/** Beats without a word after which the other end is taken for dead; each end speaks at every beat. */
const SILENT_BEATS = 3

/** Who hears what comes over a link. */
export interface LinkEnd {
  /** @param text of a frame */
  take(item: PeerItem, text: string): void
  /** Nothing comes any more, and nothing arrives: something was lost, or one of both has gone. */
  over(): void
  /** Whether nobody needs the link. */
  readonly isIdle: boolean
}

/** What a link is made of. */
export interface PeerLinkParts {
  readonly id: string
  /** The other process. */
  readonly peer: string
  readonly now: () => number
  /** Runs something when this turn of the event loop is over: what was said in it goes at once. */
  readonly defer: (run: () => void) => void
  /** Milliseconds between two signs of life. */
  readonly beat: number
  /** Throws when it is certain that it will not arrive. */
  readonly send: (message: Omit<PeerMessage, 'from'>) => void
  readonly onOver: (link: PeerLink) => void
}

/**
 * What two processes say to each other, in order and without a hole. A transport may lose a message: then
 * the link is over, at both ends, and those who were talking over it begin anew.
 */
export class PeerLink {
  readonly id: string
  readonly peer: string
  readonly #parts: PeerLinkParts
  readonly #end: LinkEnd
  #sent = 0
  #heard = 0
  #heardAt: number
  #items: PeerItem[] = []
  #texts: string[] = []
  #length = 0
  #isOver = false

  /** @param end makes who hears of the link */
  constructor(parts: PeerLinkParts, end: (link: PeerLink) => LinkEnd) {
    this.#parts = parts
    this.id = parts.id
    this.peer = parts.peer
    this.#heardAt = parts.now()
    this.#end = end(this)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get isIdle(): boolean {
    return this.#end.isIdle
  }

  /** Says something, at the end of this turn. */
  post(item: PeerItem): void {
    this.#add(item, 0)
  }

  /** Hands on the frame of a session. One frame for many is sent once. */
  carry(session: number, text: string, isParsed: boolean): void {
    if (this.#isOver) return
    const last = this.#items.at(-1)
    const isSame = last?.kind === 'frame' && last.isParsed === isParsed
    if (isSame && this.#texts.at(-1) === text) (last.s as number[]).push(session)
    else {
      this.#add({ kind: 'frame', s: [session], isParsed }, text.length)
      this.#texts.push(text)
      if (this.#length > MAX_GATHERED) this.#flush()
    }
  }

  /** Takes what has arrived. */
  receive({ seq, items, texts }: PeerMessage): void {
    if (this.#isOver || (seq > 0 && seq <= this.#heard)) return
    this.#heardAt = this.#parts.now()
    if (seq !== this.#heard + 1) {
      // Who has said that it is over need not be told.
      this.#finish(seq !== 0)
      return
    }
    this.#heard = seq
    let next = 0
    for (const item of items) {
      this.#end.take(item, item.kind === 'frame' ? (texts[next++] ?? '') : '')
      if (this.isOver) return
    }
  }

  /** It is time for a sign of life: says that this end lives, and looks whether the other does. */
  beat(): void {
    const { now, beat } = this.#parts
    if (now() - this.#heardAt >= beat * SILENT_BEATS) this.#finish(true)
    else this.#send()
  }

  /** Ends it, and tells the other end. */
  close(): void {
    this.#flush()
    this.#finish(true)
  }

  #add(item: PeerItem, length: number): void {
    if (this.#isOver) return
    if (this.#items.length === 0) this.#parts.defer(() => this.#flush())
    this.#items.push(item)
    this.#length += length
  }

  #flush(): void {
    if (this.#items.length > 0) this.#send()
  }

  #send(): void {
    if (this.#isOver) return
    const [items, texts] = [this.#items, this.#texts]
    this.#items = []
    this.#texts = []
    this.#length = 0
    try {
      this.#parts.send({ link: this.id, seq: ++this.#sent, items, texts })
    } catch {
      // It is as good as lost, and nobody has to wait for the silence.
      this.#finish(true)
    }
  }

  #finish(isTold: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#items = []
    this.#texts = []
    if (isTold) {
      try {
        this.#parts.send({ link: this.id, seq: 0, items: [], texts: [] })
      } catch {
        // The other end will notice by the silence.
      }
    }
    this.#parts.onOver(this)
    this.#end.over()
  }
}
