// A member of the room in `npm run slow-crowd`, at the level of bytes.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { DIGITS, LENGTH, NUMBER, NUMBER_AT, TIME_AT } from './shape.js'

const HEADER = 4
const FRAME = HEADER + LENGTH
const TEXT = 0x81
const CLOSE = 0x88

/** Connects; what comes behind the answer to the upgrade is for `socket.on('data')`. */
export async function join(port) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  const lines = [
    'GET / HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  await once(socket, 'data')
  return socket
}

const digits = (bytes, at) => {
  let number = 0
  for (let index = at; index < at + DIGITS; index++) number = number * 10 + bytes[index] - 48
  return number
}

/** Reads at once, and tells what is wrong with what it gets. */
export class Reader {
  got = 0
  faults = 0
  #rest = Buffer.alloc(0)

  /** @param late gets how long the oldest push of each read was on its way, in microseconds */
  constructor(socket, late) {
    socket.on('data', (chunk) => this.#read(chunk, late))
    socket.on('close', () => this.faults++)
  }

  #read(chunk, late) {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    const now = Number(process.hrtime.bigint() / 1_000n)
    let at = 0
    for (; at + FRAME <= bytes.length; at += FRAME) {
      if (bytes[at] !== TEXT || digits(bytes, at + HEADER + NUMBER_AT) !== NUMBER + this.got) {
        this.faults++
      }
      this.got++
      if (at < FRAME) late(now + NUMBER - digits(bytes, at + HEADER + TIME_AT))
    }
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0)
  }
}

/** The code of the close frame at the end of what a stuck client finds when it reads at last. */
export async function closeCode(socket) {
  let tail = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    tail = Buffer.from(Buffer.concat([tail, chunk]).subarray(-2 * FRAME))
  })
  const closed = once(socket, 'close')
  socket.resume()
  await closed
  const at = tail.lastIndexOf(CLOSE)
  return at === -1 ? undefined : tail.readUInt16BE(at + 2)
}
