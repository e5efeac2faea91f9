import type { HttpHandler } from '../uws/http-routes.js'

/** Why there is no body. */
export type NoBody = 'too large' | 'aborted'

/** Reads the body of a request, which has to be asked for before anything is awaited. */
export function readBody(
  response: Parameters<HttpHandler>[0],
  maxSize: number,
  aborted: (listener: () => void) => void,
): Promise<Buffer | NoBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    aborted(() => resolve('aborted'))
    response.onData((chunk, isLast) => {
      size += chunk.byteLength
      if (size > maxSize) {
        chunks.length = 0
        resolve('too large')
        return
      }
      // uWebSockets.js takes its buffer back when this returns.
      chunks.push(Buffer.from(chunk.slice(0)))
      if (isLast) resolve(Buffer.concat(chunks))
    })
  })
}
