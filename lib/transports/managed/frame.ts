/**
 * What travels through a broker: messages of one publisher to one channel that follow each other
 * without a gap. A line of text says from whom, which, and how long each is; then they follow as
 * they are.
 */
export interface Frame {
  /** The transport that published. */
  readonly from: string
  /** Which of its counts; a later one has a higher number. */
  readonly stream: number
  /** The place of the first message in the stream, from 1. */
  readonly first: number
  readonly payloads: readonly string[]
}

/** Says how to read the rest; another number is another format. */
const FORMAT = '1'

/** What every frame of a publisher starts with. */
export function framePrefix(from: string): string {
  return `${FORMAT} ${from} `
}

export function writeFrame({ from, stream, first, payloads }: Frame): string {
  let head = `${framePrefix(from)}${stream} ${first}`
  for (const payload of payloads) head += ` ${payload.length}`
  const [only] = payloads
  return payloads.length === 1 ? `${head}\n${only}` : `${head}\n${payloads.join('')}`
}

/** @returns `undefined` when the text was not written by {@link writeFrame} */
export function readFrame(text: string): Frame | undefined {
  const end = text.indexOf('\n')
  const [format, from, stream, first, ...lengths] = text.slice(0, Math.max(end, 0)).split(' ')
  if (format !== FORMAT || !from || lengths.length === 0) return undefined
  const counts = [stream, first].map(readCount)
  const payloads: string[] = []
  let at = end + 1
  for (const length of lengths) {
    const size = readCount(length)
    if (Number.isNaN(size) || at + size > text.length) return undefined
    payloads.push(text.slice(at, (at += size)))
  }
  if (at !== text.length || counts.some(Number.isNaN)) return undefined
  return { from, stream: counts[0] as number, first: counts[1] as number, payloads }
}

function readCount(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return NaN
  return Number(text)
}
