import type { Clock, ClockTimer } from '../../async/clock.js'
import type { JsonValue } from '../../protocol/documents/document-record.js'
import { answerCall, type DocumentCall } from '../document-calls.js'
import type { AskOwner, DistantDocument, DistantTransaction } from '../document-engine.js'
import type { DocumentRoom } from '../document-room.js'
import type { EnteredRoom } from '../room-connection.js'
import { transactIn, type DocumentPlace, type OpensRoom, type Transacted } from '../room-handle.js'
import { CallLine } from './call-line.js'
import { ElsewhereError } from './elsewhere-error.js'
import { OwnerGoneError } from './owner-gone-error.js'
import { UnknownOutcomeError } from './unknown-outcome-error.js'

/** Milliseconds before a document that has gone elsewhere is looked for again. */
const LOOK_AGAIN = 100

/** Milliseconds that what is known of a document elsewhere is kept for, after it was last used. */
const KEPT_FOR = 30_000

/** What is not done twice. */
const DONE_ONCE: ReadonlySet<DocumentCall['do']> = new Set(['load', 'sendTo'])

/** What a document of several processes works with. */
export interface DistantPlaceParts {
  readonly path: string
  readonly clock: Clock
  readonly rooms: OpensRoom
  /** Milliseconds in which a document finds another owner. */
  readonly patience: number
  /** The document at its owner, to be asked there. */
  readonly ownerAt: (owner: string) => EnteredRoom
  /** The owner is asked. */
  readonly onCall: () => void
  /** What is known here of a document elsewhere; `undefined` where its transactions cannot travel. */
  readonly document: DistantDocument | undefined
  /** Nobody has used it for long. */
  readonly onIdle: () => void
}

interface Elsewhere {
  readonly line: CallLine
  readonly owner: string
}

type Where = { readonly room: DocumentRoom } | Elsewhere

/** A document that is in this process when that owns it, and is asked of its owner otherwise. */
export class DistantPlace implements DocumentPlace {
  readonly #parts: DistantPlaceParts
  #known: Elsewhere | undefined
  /** One transaction at a time: another begins when it is done. */
  #turn: Promise<unknown> = Promise.resolve()
  #using = 0
  #timer: ClockTimer | undefined

  constructor(parts: DistantPlaceParts) {
    this.#parts = parts
  }

  get room(): DocumentRoom | undefined {
    const { rooms, path } = this.#parts
    return rooms.get(path)
  }

  /** Finds the document, wherever it is; rejects when it cannot be found or opened. */
  async find(): Promise<void> {
    await this.#used(() => this.#where())
  }

  transact<T>(work: (transaction: unknown) => T): Promise<Transacted<T>> {
    const { room } = this
    if (room) return new Promise((resolve) => resolve(transactIn(room, work)))
    const done = this.#turn.then(() => this.#used(() => this.#transact(work)))
    this.#turn = done.catch(() => undefined)
    return done
  }

  ask(call: DocumentCall): Promise<unknown> {
    return this.#used(() =>
      this.#untilAnswered(
        (where, patience) =>
          'room' in where ? answerCall(where.room, call) : where.line.ask(call, patience),
        (error) => !error.isDenied && DONE_ONCE.has(call.do),
      ),
    )
  }

  /** Nothing more is asked. */
  leave(): void {
    this.#parts.clock.clearTimeout(this.#timer)
    this.#known?.line.leave()
  }

  async #transact<T>(work: (transaction: unknown) => T): Promise<Transacted<T>> {
    const { path, document } = this.#parts
    let begun: DistantTransaction<T> | undefined
    try {
      return await this.#untilAnswered(async (where, patience) => {
        if ('room' in where && !begun) return transactIn(where.room, work)
        if (!document) throw new ElsewhereError(path, 'owner' in where ? where.owner : '')
        begun ??= document.begin(work)
        return begun.run(asking(where, patience))
      })
    } catch (error) {
      throw begun?.isUnsettled === true ? new UnknownOutcomeError(path, error) : error
    }
  }

  /**
   * Asks the owner, and the next one when that is gone.
   *
   * @param isFinal whether it is not asked again, since it may have been done
   */
  async #untilAnswered<T>(
    work: (where: Where, patience: number) => T | Promise<T>,
    isFinal: (error: OwnerGoneError) => boolean = () => false,
  ): Promise<T> {
    const { clock, patience, path } = this.#parts
    const until = clock.now() + patience
    for (;;) {
      const where = await this.#where()
      try {
        if ('line' in where) this.#parts.onCall()
        return await work(where, Math.max(LOOK_AGAIN, until - clock.now()))
      } catch (error) {
        if (!(error instanceof OwnerGoneError)) throw error
        if ('line' in where) where.line.retire()
        if (isFinal(error)) throw new UnknownOutcomeError(path, error)
        if (clock.now() >= until) throw error
        await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_AGAIN).unref())
      }
    }
  }

  async #where(): Promise<Where> {
    const { rooms, path, ownerAt, clock } = this.#parts
    const { room } = this
    if (room) return { room }
    const known = this.#open()
    if (known) return known
    try {
      return { room: await rooms.open(path) }
    } catch (error) {
      if (!(error instanceof ElsewhereError)) throw error
      const { owner } = error
      // Somebody else may have found it meanwhile.
      const found = this.#open()
      if (found?.owner === owner) return found
      found?.line.retire()
      this.#known = { line: new CallLine(ownerAt(owner), clock), owner }
      return this.#known
    }
  }

  #open(): Elsewhere | undefined {
    return this.#known?.line.isOver === false ? this.#known : undefined
  }

  async #used<T>(work: () => Promise<T>): Promise<T> {
    const { clock, onIdle } = this.#parts
    this.#using++
    clock.clearTimeout(this.#timer)
    try {
      return await work()
    } finally {
      this.#using--
      if (this.#using === 0) {
        clock.clearTimeout(this.#timer)
        this.#timer = clock
          .setTimeout(() => {
            this.leave()
            onIdle()
          }, KEPT_FOR)
          .unref()
      }
    }
  }
}

function asking(where: Where, patience: number): AskOwner {
  return (question) => {
    const call: DocumentCall = { do: 'ask', question }
    const answer = 'room' in where ? answerCall(where.room, call) : where.line.ask(call, patience)
    return Promise.resolve(answer) as Promise<JsonValue>
  }
}
