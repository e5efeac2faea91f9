/**
 * The envelope as clients write it, up to the data: names that need no unescaping, the id in front
 * or left for the end.
 */
const HEAD =
  /^\{"event":"([ !#-[\]-\uffff]*)","path":"([ !#-[\]-\uffff]*)",(?:"id":(0|[1-9]\d{0,14}),)?"data":/

const ID_KEY = ',"id":'
const ZERO = 0x30
const QUOTE = 0x22
const BRACE = 0x7d
const COLON = 0x3a
const COMMA = 0x2c
const LETTER_D = 0x64
const LETTER_I = 0x69

/** An id that is larger is left to JSON.parse. */
const MAX_ID_WEIGHT = 1e15

/** Frames that are parsed whole after one whose envelope was not what it looked like. */
const PAUSE = 256
let pause = 0

/**
 * What `JSON.parse` gives, for less: of an envelope as clients write it only the data is parsed, a
 * third of the time off. If the data between the two ends is JSON, the whole is the object that the
 * ends say; if it is not, the whole is parsed after all.
 *
 * @throws SyntaxError when the text is no JSON
 */
export function parseMessage(text: string): unknown {
  if (pause > 0) {
    pause--
    return JSON.parse(text)
  }
  const head = HEAD.exec(text)
  const last = text.length - 1
  if (!head || text.charCodeAt(last) !== BRACE) return JSON.parse(text)
  const [{ length: start }, event, path, digits] = head as unknown as [
    string,
    string,
    string,
    string?,
  ]
  // An id that is text, or data that is: it takes a parser to tell.
  if (text.charCodeAt(last - 1) === QUOTE) return JSON.parse(text)
  const end = digits === undefined ? endOfData(text, last) : last
  let data: unknown
  try {
    data = JSON.parse(text.slice(start, end))
  } catch {
    // Failing costs more than it would have saved: what comes next may well be alike.
    pause = PAUSE
    return JSON.parse(text)
  }
  if (digits !== undefined) return { event, path, data, id: Number(digits) }
  return end === last
    ? { event, path, data }
    : { event, path, data, id: Number(text.slice(end + ID_KEY.length, last)) }
}

/** Where the data ends: before an id of digits when there is one, else before the last brace. */
function endOfData(text: string, last: number): number {
  let at = last - 1
  let weight = 1
  let digit = text.charCodeAt(at) - ZERO
  let first = 0
  while (digit >= 0 && digit <= 9 && weight < MAX_ID_WEIGHT) {
    first = digit
    weight *= 10
    digit = text.charCodeAt(--at) - ZERO
  }
  const isNumber = weight === 10 || (weight > 10 && first > 0)
  return isNumber && isIdKey(text, at) ? at - ID_KEY.length + 1 : last
}

/** Whether it ends at `at`. Character by character: `startsWith` takes three times as long. */
function isIdKey(text: string, at: number): boolean {
  return (
    text.charCodeAt(at) === COLON &&
    text.charCodeAt(at - 1) === QUOTE &&
    text.charCodeAt(at - 2) === LETTER_D &&
    text.charCodeAt(at - 3) === LETTER_I &&
    text.charCodeAt(at - 4) === QUOTE &&
    text.charCodeAt(at - 5) === COMMA
  )
}
