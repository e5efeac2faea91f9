import { escapeText } from './escape.js'
import { outlineOf } from './push-outline.js'
import type { WsPush, WsReply } from './records.js'
import { writeJson } from './write-json.js'

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
    const text = writeJson(data)
    return text === undefined ? undefined : new JsonText(data, text)
  }

  /** Data that is written when somebody reads JSON, which may be nobody. */
  static later(data: unknown): JsonText {
    return new JsonText(data)
  }

  /** `undefined` for what JSON leaves out. */
  get text(): string | undefined {
    return (this.#text ??= writeJson(this.#data))
  }

  /** In what is written by others it is the data itself. */
  toJSON(): unknown {
    return this.#data
  }
}

/**
 * A record as JSON. The envelope is put together by hand, which takes half the time of writing the
 * record whole.
 *
 * @throws TypeError when the data cannot be written as JSON
 */
export function writeRecord(record: WsReply | WsPush): string {
  if ('event' in record) return writePush(record)
  if ('error' in record) return JSON.stringify(record)
  const { id } = record
  // What JSON leaves out would leave the reply without `data`.
  return `{"id":${typeof id === 'number' ? id : `"${escapeText(id)}"`},"data":${write(record.data) ?? 'null'}}`
}

function writePush(push: WsPush): string {
  const { event, path, params, data, seq } = push
  const outline = outlineOf(event, params)
  if (outline === undefined) return JSON.stringify(push)
  const { start, leads, end, dataLead } = outline
  let text = start + escapeText(path)
  let index = 0
  for (const name in params) text += (leads[index++] as string) + escapeText(params[name] as string)
  const json = data === undefined ? undefined : write(data)
  text += json === undefined ? end : dataLead + json
  return seq === undefined ? `${text}}` : `${text},"seq":${seq}}`
}

function write(data: unknown): string | undefined {
  return data instanceof JsonText ? data.text : writeJson(data)
}
