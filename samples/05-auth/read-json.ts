import type { HttpHandler } from 'enfilade'

type HttpResponse = Parameters<HttpHandler>[0]

const MAX_BYTES = 1024

/**
 * The JSON object that a request brings; `undefined` for anything else, or more than 1 KiB. A client
 * that gives up meanwhile sets `response.aborted`.
 */
export function readJson(
  response: HttpResponse & { aborted?: boolean },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return new Promise((resolve) => {
    let text = Buffer.alloc(0)
    response.onAborted(() => {
      response.aborted = true
      resolve(undefined)
    })
    response.onData((chunk, isLast) => {
      // Copied: uWebSockets.js takes the chunk back.
      if (text.length <= MAX_BYTES) text = Buffer.concat([text, Buffer.from(chunk)])
      if (isLast) resolve(text.length > MAX_BYTES ? undefined : parse(text.toString()))
    })
  })
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
