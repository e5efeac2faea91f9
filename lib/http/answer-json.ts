import type { HttpHandler } from '../uws/http-routes.js'

const STATUS: Readonly<Record<number, string>> = {
  200: '200 OK',
  400: '400 Bad Request',
  401: '401 Unauthorized',
  404: '404 Not Found',
  409: '409 Conflict',
  413: '413 Content Too Large',
  415: '415 Unsupported Media Type',
}

/** Answers a request that has not been aborted; any `code` but those of a mistake of the client's is 500. */
export function answerJson(response: Parameters<HttpHandler>[0], code: number, body: object): void {
  response.cork(() => {
    response.writeStatus(STATUS[code] ?? '500 Internal Server Error')
    if (code === 401) response.writeHeader('WWW-Authenticate', 'Bearer')
    response.writeHeader('Content-Type', 'application/json')
    response.writeHeader('Cache-Control', 'no-store')
    // What is left of a body that was refused is not read.
    response.end(JSON.stringify(body), code !== 200)
  })
}

/** What a request that is refused is answered with. */
export function errorBody(code: number, message: string): object {
  return { error: { code, message } }
}
