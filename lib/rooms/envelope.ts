import type { WsPush } from '../protocol/records.js'
import { DROPPED, KEPT, type SlowRule } from './slow-rule.js'

/**
 * What travels through a broadcast transport: a line of JSON about the message, then the push as
 * JSON. The push is not wrapped, so that a node can hand it on without reading it.
 */
export interface Envelope {
  /** The instance that published. */
  readonly from: string
  /** Whether the text is a frame of the JSON codec: such nodes publish it as it is. */
  readonly isFrame: boolean
  /** What becomes of it where a client reads too slowly; absent, what the app there says. */
  readonly slow?: SlowRule | undefined
  /** The same in other encodings, as base64 by sub-protocol, where JSON does not carry all of it. */
  readonly also?: Readonly<Record<string, string>> | undefined
  /** The same message has the same one, from whomever it is heard. Default: nobody can tell. */
  readonly id?: string | undefined
  /** Whose connections it is for; absent for all that hear the channel. */
  readonly user?: string | undefined
  /** The push, as JSON. */
  readonly push: string
}

const FRAME = 'json'

/**
 * The line of an envelope: the same for all that an instance publishes in each of its two forms, unless
 * the push has a rule for slow clients, or more to it than JSON carries.
 */
export function envelopeHead(about: Omit<Envelope, 'push'>): string {
  const { from, isFrame, slow, also, id, user } = about
  const frame = isFrame ? FRAME : undefined
  return `${JSON.stringify({ from, frame, slow, also, id, user })}\n`
}

/** @throws Error when the payload was not an {@link envelopeHead} and a push */
export function readEnvelope(payload: string): Envelope {
  const end = payload.indexOf('\n')
  const head = readHead(payload.slice(0, Math.max(end, 0)))
  return { ...head, push: payload.slice(end + 1) }
}

type Head = Omit<Envelope, 'push'>

/** There are two for every instance: so many that nothing of it is kept for ever. */
const MAX_HEADS = 1_000
const heads = new Map<string, Head>()

function readHead(line: string): Head {
  const known = heads.get(line)
  if (known) return known
  const value: unknown = JSON.parse(line)
  const { from, frame, slow, also, id, user } = (value ?? {}) as Record<string, unknown>
  if (typeof from !== 'string') throw new TypeError('the payload does not say who published it')
  const rule = readSlow(slow)
  const head: Head = {
    ...{ from, isFrame: frame === FRAME, slow: rule, also: also as Head['also'] },
    id: typeof id === 'string' ? id : undefined,
  }
  if (typeof user === 'string') return { ...head, user }
  // There may be as many keys as there are things.
  if (rule?.key !== undefined || also !== undefined || id !== undefined) return head
  if (heads.size >= MAX_HEADS) heads.clear()
  heads.set(line, head)
  return head
}

/** A rule that this version does not know is left to the app. */
function readSlow(value: unknown): SlowRule | undefined {
  const { policy, key } = (value ?? {}) as Record<string, unknown>
  if (policy === 'close') return KEPT
  if (policy === 'drop') return DROPPED
  return policy === 'latest' && typeof key === 'string' ? { policy, key } : undefined
}

/** A push from elsewhere, which is read only where somebody has to. */
export class ReceivedPush {
  readonly #envelope: Envelope

  /** @throws TypeError when it says that it is a frame, and is none of a push */
  constructor(envelope: Envelope) {
    this.#envelope = envelope
    const { isFrame, push } = envelope
    if (isFrame && !push.startsWith('{"event":')) throw noPush()
  }

  /** What nodes that talk JSON send as it is, when it was written as such. */
  get frame(): string | undefined {
    return this.#envelope.isFrame ? this.#envelope.push : undefined
  }

  /** The push in an encoding that carries more than JSON; `undefined` when it came without. */
  frameIn(subprotocol: string): Uint8Array | undefined {
    const { also } = this.#envelope
    const text: unknown = also?.[subprotocol]
    return typeof text === 'string' ? Buffer.from(text, 'base64') : undefined
  }

  get slow(): SlowRule | undefined {
    return this.#envelope.slow
  }

  /** Whose connections it is for; `undefined` for all that hear the channel. */
  get user(): string | undefined {
    return this.#envelope.user
  }

  /** Who published it. */
  get from(): string {
    return this.#envelope.from
  }

  /** The same message has the same one, from whomever it is heard. */
  get id(): string | undefined {
    return this.#envelope.id
  }

  /** As it came. */
  get text(): string {
    return envelopeHead(this.#envelope) + this.#envelope.push
  }

  /** @throws Error when the text is no push as JSON */
  read(): WsPush {
    return asPush(JSON.parse(this.#envelope.push))
  }
}

/** @throws TypeError for what is no push */
export function asPush(value: unknown): WsPush {
  const push = value as Partial<WsPush> | null | undefined
  if (typeof push?.event !== 'string' || typeof push.path !== 'string') throw noPush()
  return push as WsPush
}

function noPush(): TypeError {
  return new TypeError('the payload holds no push')
}
