import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import {
  applyAwarenessUpdate,
  Awareness,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import type { DocumentSocket } from '../../../lib/documents/document-socket.js'
import type { DocumentRoom } from '../../../lib/documents/document-room.js'
import type { Access } from '../../../lib/documents/room-options.js'
import type { YjsEngine } from '../../../lib/yjs/yjs-engine.js'

export type YjsRoom = DocumentRoom<YjsEngine>

/** What a frame is made of: numbers, then bytes with their length. */
export function frameOf(head: readonly number[], bytes?: Uint8Array): Uint8Array {
  const encoder = createEncoder()
  for (const number of head) writeVarUint(encoder, number)
  if (bytes) writeVarUint8Array(encoder, bytes)
  return toUint8Array(encoder)
}

let sockets = 0

/** One connection of a peer: in both directions frames are kept in order until they are delivered. */
class Line implements DocumentSocket {
  readonly id = `session ${sockets++}`
  readonly up: Uint8Array[] = []
  readonly down: Uint8Array[] = []
  closed: { code: number; reason: string } | undefined

  send(frame: string | Uint8Array): void {
    this.down.push(frame as Uint8Array)
  }

  close(code = 1000, reason = ''): void {
    this.closed ??= { code, reason }
  }
}

/** A client as the provider of y-websocket is one, over a network that the test moves. */
export class Peer {
  readonly doc = new Y.Doc()
  readonly awareness = new Awareness(this.doc)
  /** Bytes that it was sent. */
  received = 0
  isSynced = false
  /** What it was told with messages that the stock provider does not know. */
  readonly told: { type: number; code?: number; text: string }[] = []
  line: Line | undefined
  #room: YjsRoom | undefined

  constructor() {
    // It would keep the process awake.
    clearInterval(this.awareness._checkInterval as NodeJS.Timeout)
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === this) return
      const encoder = createEncoder()
      writeVarUint(encoder, 0)
      writeUpdate(encoder, update)
      this.line?.up.push(toUint8Array(encoder))
    })
    this.awareness.on('update', (changes: Record<'added' | 'updated' | 'removed', number[]>) =>
      this.#sayAwareness([...changes.added, ...changes.updated, ...changes.removed]),
    )
  }

  get text(): Y.Text {
    return this.doc.getText('text')
  }

  /** What it shows and has heard of, by client. */
  get states(): Record<string, unknown> {
    return Object.fromEntries(this.awareness.getStates())
  }

  connect(room: YjsRoom, access: Access = 'write', user?: string): this {
    this.#room = room
    const line = (this.line = new Line())
    room.connect({ socket: line, sessionId: line.id, access, ...(user && { user }) })
    const encoder = createEncoder()
    writeVarUint(encoder, 0)
    writeSyncStep1(encoder, this.doc)
    line.up.push(toUint8Array(encoder))
    if (this.awareness.getLocalState() !== null) this.#sayAwareness([this.doc.clientID])
    return this
  }

  /** Sends a frame of the test's own. */
  send(frame: string | Uint8Array): void {
    this.line?.up.push(frame as Uint8Array)
  }

  /** Loses the connection, with all that was on its way. */
  drop(): void {
    const { line } = this
    this.line = undefined
    this.isSynced = false
    const others = [...this.awareness.getStates().keys()].filter((id) => id !== this.doc.clientID)
    removeAwarenessStates(this.awareness, others, this)
    if (line && this.#room && !this.#room.isClosed) this.#room.disconnect(line.id, line)
  }

  /** Takes one frame from the network, if there is one. */
  step(direction: 'up' | 'down'): boolean {
    const { line } = this
    const frame = line?.[direction].shift()
    if (!line || frame === undefined) return false
    if (direction === 'up') {
      if (!line.closed) this.#room?.receive(line.id, frame, line)
    } else this.#receive(frame)
    return true
  }

  #receive(frame: Uint8Array): void {
    this.received += frame.length
    const decoder = createDecoder(frame)
    const type = readVarUint(decoder)
    if (type === 0) {
      const encoder = createEncoder()
      writeVarUint(encoder, 0)
      if (readSyncMessage(decoder, encoder, this.doc, this) === 1) this.isSynced = true
      const answer = toUint8Array(encoder)
      if (answer.length > 1) this.line?.up.push(answer)
    } else if (type === 1) {
      applyAwarenessUpdate(this.awareness, readVarUint8Array(decoder), this)
    } else if (type === 101) {
      this.told.push({ type, text: readVarString(decoder) })
    } else {
      this.told.push({ type, code: readVarUint(decoder), text: readVarString(decoder) })
    }
  }

  #sayAwareness(clients: number[]): void {
    const update = encodeAwarenessUpdate(this.awareness, clients)
    this.line?.up.push(frameOf([1], update))
  }
}

/** Lets the network deliver until nothing is on its way any more. */
export async function settle(...peers: readonly Peer[]): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    let moved = false
    for (const peer of peers) {
      while (peer.step('up')) moved = true
      while (peer.step('down')) moved = true
    }
    quiet = moved ? 0 : quiet + 1
    // What came in one turn goes out with its end.
    await new Promise((resolve) => setImmediate(resolve))
  }
}
