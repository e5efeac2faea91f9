import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { HttpHandler, WsHttp } from 'enfilade'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** Serves the files of a folder, read once, and nothing else. */
export function servePage(http: WsHttp, folder: URL): void {
  for (const file of readdirSync(folder)) {
    const body = readFileSync(new URL(file, folder))
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    const answer =
      (isHead: boolean): HttpHandler =>
      (response) => {
        response.writeStatus('200 OK').writeHeader('content-type', type)
        for (const [name, value] of Object.entries(HEADERS)) response.writeHeader(name, value)
        if (isHead) response.endWithoutBody(body.length)
        else response.end(body)
      }
    for (const path of file === 'index.html' ? ['/', '/index.html'] : [`/${file}`]) {
      http.get(path, answer(false)).head(path, answer(true))
    }
  }
}
