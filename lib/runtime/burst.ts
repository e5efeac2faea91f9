import type { WsFrame } from '../protocol/codec.js'
import type { Encoding } from '../rooms/encodings/encoding.js'
import { MixedFrame } from '../rooms/encodings/push-frame.js'
import type { GatheredPush } from './broadcast-windows.js'
import type { ConnectionSocket } from './connection-socket.js'
import type { Detours } from './detours.js'
import type { LiveConnection } from './live-connection.js'
import { JOINED } from './turn-queue.js'

/** Bytes that uWebSockets.js gathers for a corked socket, and then writes: `CORK_BUFFER_SIZE` of its `LoopData.h`. */
const CORK = 16 * 1024
/** Before the payload of a frame that is larger than 125 bytes. */
const HEADER = 4
/** Sends instead of publishes that a write costs as much as: about 0.1 µs each, and 7 to 15 a write, measured here. */
const SENDS_PER_WRITE = 80

/** What a burst has to know. */
export interface BurstOptions {
  /** Its name; `undefined` for everyone. */
  readonly room: string | undefined
  readonly detours: Detours
  readonly compressFrom: number
}

/** A frame as it is sent, again and again. */
interface SentFrame {
  readonly push: GatheredPush
  /** Text, too: a string would be encoded for each member. */
  readonly bytes: Uint8Array
  readonly isBinary: boolean
  readonly compress: boolean
}

/**
 * Many pushes to the same members, sent member by member.
 *
 * For a subscriber, uWebSockets.js writes after every 32 publishes. What is sent while a socket is corked
 * is written by 16 KiB: a hundred small frames. A send costs more than a publish, and a write more
 * than all of them.
 */
export class Burst {
  readonly #pushes: readonly GatheredPush[]
  readonly #options: BurstOptions
  readonly #frames = new Map<Encoding, readonly SentFrame[]>()
  readonly #excluded = new Set<unknown>()

  constructor(pushes: readonly GatheredPush[], options: BurstOptions) {
    this.#pushes = pushes
    this.#options = options
    for (const { exclude } of pushes) if (exclude !== undefined) this.#excluded.add(exclude)
  }

  /** Whether the writes that it saves are worth the sends. */
  static pays(pushes: readonly GatheredPush[]): boolean {
    const { length } = pushes
    if (length <= JOINED) return false
    let bytes = 0
    for (const { frame } of pushes) bytes += HEADER + lengthOf(frame)
    const saved = Math.ceil(length / JOINED) - Math.ceil(bytes / CORK)
    return saved * SENDS_PER_WRITE >= length
  }

  /** Sends all to a member that is not slow; if it becomes so, the rest waits for it. */
  sendTo(member: LiveConnection): void {
    const { detours, room } = this.#options
    const frames = this.#framesFor(member)
    let at = 0
    while (at < frames.length && member.socket) {
      at = sendFrom(at, frames, member.socket)
      if (at === frames.length) return
      member.checkBackpressure()
      if (!detours.has(member)) continue
      for (const { push } of frames.slice(at)) {
        detours.offer(member, room ?? '', { frame: push.frame, rule: push.slow })
      }
      return
    }
  }

  #framesFor(member: LiveConnection): readonly SentFrame[] {
    const { encoding } = member
    let frames = this.#frames.get(encoding)
    if (!frames) {
      frames = this.#encode(encoding)
      this.#frames.set(encoding, frames)
    }
    if (!this.#excluded.has(member)) return frames
    return frames.filter(({ push }) => push.exclude !== member)
  }

  /** What goes to the topic of an encoding. */
  #encode(encoding: Encoding): readonly SentFrame[] {
    const { compressFrom } = this.#options
    const frames: SentFrame[] = []
    for (const push of this.#pushes) {
      const frame = frameIn(push, encoding)
      if (frame === undefined) continue
      const isBinary = typeof frame !== 'string'
      const compress = frame.length >= compressFrom
      frames.push({ push, bytes: isBinary ? frame : Buffer.from(frame), isBinary, compress })
    }
    return frames
  }
}

/** Of one of its frames, about. */
function lengthOf(frame: GatheredPush['frame']): number {
  return frame instanceof MixedFrame ? frame.length / frame.frames.size : frame.length
}

function frameIn({ frame }: GatheredPush, encoding: Encoding): WsFrame | undefined {
  if (frame instanceof MixedFrame) return frame.frames.get(encoding)
  return encoding.isMain ? frame : undefined
}

/**
 * Sends frames until they are all sent, or the socket has more to write than the system takes.
 *
 * @returns which frame is the next
 */
function sendFrom(start: number, frames: readonly SentFrame[], socket: ConnectionSocket): number {
  let next = start + 1
  socket.cork(() => {
    const { bytes, isBinary, compress } = frames[start] as SentFrame
    if (socket.send(bytes, isBinary, compress) !== 1) return
    // What was published to it before was written before the first, and the cork has gone with it.
    socket.cork(() => {
      next = sendRest(next, frames, socket)
    })
  })
  return next
}

function sendRest(start: number, frames: readonly SentFrame[], socket: ConnectionSocket): number {
  const { length } = frames
  for (let at = start; at < length; at++) {
    const { bytes, isBinary, compress } = frames[at] as SentFrame
    if (socket.send(bytes, isBinary, compress) !== 1) return at + 1
  }
  return length
}
