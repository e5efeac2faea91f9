import type { WsParams, WsPush, WsReply } from './records.js'

/** Text that stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** Past it a scan costs more than what it saves. */
const MAX_SCANNED = 128

/** Data that has been written as JSON already, for several records. */
export class JsonText {
  readonly #data: unknown
  #text: string | undefined

  private constructor(data: unknown, text?: string) {
    this.#data = data
    this.#text = text
  }

  /** @returns `undefined` for what JSON leaves out */
  static of(data: unknown): JsonText | undefined {
    const text = JSON.stringify(data) as string | undefined
    return text === undefined ? undefined : new JsonText(data, text)
  }

  /** Data that is written when somebody reads JSON, which may be nobody. */
  static later(data: unknown): JsonText {
    return new JsonText(data)
  }

  /** `undefined` for what JSON leaves out. */
  get text(): string | undefined {
    return (this.#text ??= JSON.stringify(this.#data) as string | undefined)
  }

  /** In what is written by others it is the data itself. */
  toJSON(): unknown {
    return this.#data
  }
}

/**
 * A record as JSON. The envelope is put together by hand, which takes half the time of writing the
 * record whole; only the data is left to `JSON.stringify`.
 *
 * @throws TypeError when the data cannot be written as JSON
 */
export function writeRecord(record: WsReply | WsPush): string {
  if ('event' in record) {
    const text = writePushEnd(writePushStart(record.event, record.path, record.params), record.data)
    return record.seq === undefined ? text : `${text.slice(0, -1)},"seq":${record.seq}}`
  }
  if ('error' in record) return JSON.stringify(record)
  const { id } = record
  // What JSON leaves out would leave the reply without `data`.
  return `{"id":${typeof id === 'number' ? id : quote(id)},"data":${write(record.data) ?? 'null'}}`
}

/** A push up to its data. */
function writePushStart(event: string, path: string, params: WsParams | undefined): string {
  const start = `{"event":${quote(event)},"path":${quote(path)}`
  return params ? `${start},"params":${writeParams(params)}` : start
}

/** A push whose beginning is written: with its data, when JSON does not leave that out. */
function writePushEnd(start: string, data: unknown): string {
  const text = data === undefined ? undefined : write(data)
  return text === undefined ? `${start}}` : `${start},"data":${text}}`
}

function write(data: unknown): string | undefined {
  return data instanceof JsonText ? data.text : JSON.stringify(data)
}

/** What `JSON.stringify` gives for a text, for less when nothing has to be escaped. */
function quote(text: string): string {
  return text.length <= MAX_SCANNED && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

function writeParams(params: WsParams): string {
  let text = ''
  for (const name of Object.keys(params)) {
    const value: unknown = params[name]
    // The types promise text; what breaks the promise is written as JSON would.
    if (typeof value !== 'string') return JSON.stringify(params)
    text += `${text === '' ? '{' : ','}${quote(name)}:${quote(value)}`
  }
  return text === '' ? '{}' : `${text}}`
}
