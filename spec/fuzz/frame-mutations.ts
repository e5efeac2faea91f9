import { closePayload, encodeFrame, opcodes, type FrameParts } from '../support/raw-frames.js'
import { messageText, mutateMessage, type SeedMessage } from './message-mutations.js'
import { Weighted, type Random } from './random.js'

/** What to expect of the connection after some frames. */
export type Aftermath =
  /** Nothing special: more can be sent. */
  | 'open'
  /** The server has every reason to close: what follows would not be read. */
  | 'closes'
  /** The bytes leave the reader of frames waiting or out of step: end the connection. */
  | 'desync'

/** Frames that belong together, as bytes. */
export interface FuzzFrames {
  kind: string
  bytes: Buffer
  /** How many frames these are. */
  frames: number
  aftermath: Aftermath
  /** Id of a correct message among them, to be answered exactly once. */
  id?: string
}

/** Makes frames for one connection after the other, from one seed. */
export interface FrameSource {
  random: Random
  messages: readonly SeedMessage[]
  /** A new id for a correct message. */
  nextId: () => string
}

type Make = (source: FrameSource) => Omit<FuzzFrames, 'kind'> & { kind?: string }

const weights: readonly (readonly [name: string, weight: number, make: Make])[] = [
  ['valid', 300, valid],
  ['text', 1200, text],
  ['fragmented', 70, fragmented],
  ['binaryMessage', 40, (source) => one(source, { opcode: 2, payload: anyText(source) })],
  ['binary', 40, (source) => one(source, { opcode: 2, payload: bytes(source, 200) })],
  ['wastefulLength', 40, (source) => one(source, { payload: anyText(source), lengthBytes: 8 })],
  ['ping', 60, (source) => one(source, { opcode: 9, payload: bytes(source, 126) })],
  ['pingFlood', 8, pingFlood],
  ['pong', 30, (source) => one(source, { opcode: 10, payload: bytes(source, 126) })],
  ['reservedOpcode', 4, (source) => one(source, { opcode: pickReserved(source) }, 'closes')],
  ['reservedBits', 4, reservedBits],
  ['invalidUtf8', 4, (source) => one(source, { payload: brokenUtf8(source) }, 'closes')],
  ['longControl', 3, longControl],
  ['splitControl', 3, (source) => one(source, { opcode: 9, fin: false }, 'closes')],
  ['orphan', 3, (source) => one(source, { opcode: 0, payload: anyText(source) }, 'closes')],
  ['unfinished', 3, unfinished],
  ['close', 4, close],
  ['tooLong', 2, (source) => one(source, { payload: Buffer.alloc(70_000, 'x') }, 'closes')],
  ['unmasked', 3, (source) => one(source, { payload: anyText(source), masked: false }, 'desync')],
  ['wrongLength', 5, wrongLength],
  ['cutFrame', 4, cutFrame],
  ['garbage', 4, (source) => ({ bytes: bytes(source, 300), frames: 1, aftermath: 'desync' })],
]

const kinds = new Weighted(weights.map(([name, weight, make]) => [{ name, make }, weight]))

/** The next frames of a source. */
export function nextFrames(source: FrameSource): FuzzFrames {
  const { name, make } = kinds.pick(source.random)
  return { kind: name, ...make(source) }
}

function one(source: FrameSource, parts: FrameParts, aftermath: Aftermath = 'open') {
  return { bytes: encode(source, parts), frames: 1, aftermath }
}

function encode({ random }: FrameSource, parts: FrameParts): Buffer {
  return encodeFrame({ ...parts, mask: random.bytes(4) })
}

function valid(source: FrameSource) {
  const id = source.nextId()
  const payload = messageText(source.random.pick(source.messages), id)
  return { ...one(source, { payload }), id }
}

function text(source: FrameSource) {
  const { kind, payload } = mutateMessage(source.random, source.random.pick(source.messages))
  return { ...one(source, { payload }), kind }
}

function anyText({ random, messages }: FrameSource): string | Buffer {
  return mutateMessage(random, random.pick(messages)).payload
}

/** A correct message in pieces (cut within characters, too), with pings in between. */
function fragmented(source: FrameSource) {
  const { random } = source
  const id = source.nextId()
  const whole = Buffer.from(messageText(random.pick(source.messages), id))
  const frames: Buffer[] = []
  let start = 0
  while (start < whole.length || frames.length === 0) {
    const end = Math.min(whole.length, start + random.int(60))
    const fin = end === whole.length
    const opcode = frames.length === 0 ? opcodes.text : opcodes.continuation
    frames.push(encode(source, { opcode, fin, payload: whole.subarray(start, end) }))
    if (!fin && random.oneIn(4)) frames.push(encode(source, { opcode: opcodes.ping }))
    start = end
  }
  return { bytes: Buffer.concat(frames), frames: frames.length, aftermath: 'open' as const, id }
}

function pingFlood(source: FrameSource) {
  const frames = source.random.between(10, 40)
  const bytes = Buffer.concat(Array.from({ length: frames }, () => encode(source, { opcode: 9 })))
  return { bytes, frames, aftermath: 'open' as const }
}

function reservedBits(source: FrameSource) {
  return one(source, { payload: anyText(source), rsv: source.random.between(1, 7) }, 'closes')
}

function pickReserved({ random }: FrameSource): number {
  return random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
}

function brokenUtf8({ random }: FrameSource): Buffer {
  const broken = ['c080', 'ff', 'eda080', 'f4908080', 'e282', 'f8a1a1a1a1', '80']
  const whole = Buffer.from(random.text(random.int(20)))
  return Buffer.concat([whole, Buffer.from(random.pick(broken), 'hex')])
}

function longControl(source: FrameSource) {
  const opcode = source.random.pick([8, 9, 10])
  const payload = Buffer.alloc(source.random.between(126, 2000), 0x03)
  return one(source, { opcode, payload }, 'closes')
}

/** A first piece without a last one, then a new message: a violation. */
function unfinished(source: FrameSource) {
  const first = encode(source, { payload: anyText(source), fin: false })
  const second = encode(source, { payload: '{}' })
  return { bytes: Buffer.concat([first, second]), frames: 2, aftermath: 'closes' as const }
}

function close(source: FrameSource) {
  const { random } = source
  const codes = [
    0, 999, 1000, 1001, 1004, 1005, 1006, 1015, 2999, 3000, 3999, 4000, 4401, 5000, 65535,
  ]
  const reasons = ['', 'bye', 'é'.repeat(61), Buffer.from('ff', 'hex')]
  const payload = random.oneIn(6)
    ? Buffer.alloc(random.int(2), 3)
    : closePayload(random.pick(codes), random.pick(reasons))
  return one(source, { opcode: opcodes.close, payload }, 'closes')
}

function wrongLength(source: FrameSource) {
  const lengths = [0, 1, 124, 126, 65_535, 65_536, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 62, 2 ** 63]
  const lengthOverride = source.random.pick(lengths)
  return one(source, { payload: anyText(source), lengthOverride }, 'desync')
}

function cutFrame(source: FrameSource) {
  const { bytes } = one(source, { payload: anyText(source) })
  return {
    bytes: bytes.subarray(0, source.random.int(bytes.length)),
    frames: 1,
    aftermath: 'desync' as const,
  }
}

function bytes({ random }: FrameSource, end: number): Buffer {
  return random.bytes(random.int(end))
}
