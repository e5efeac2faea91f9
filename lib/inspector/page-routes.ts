import { readFileSync } from 'node:fs'
import type { WsHttp } from '../uws/http-routes.js'

const FILES: readonly [suffix: string, file: string, type: string][] = [
  ['', 'index.html', 'text/html; charset=utf-8'],
  ['/app.js', 'app.js', 'text/javascript; charset=utf-8'],
  ['/style.css', 'style.css', 'text/css; charset=utf-8'],
]

/** Nothing from elsewhere, and nobody may put it into a frame to have its buttons clicked. */
const POLICY = [
  "default-src 'self'",
  "connect-src 'self' ws: wss:",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Adds the files of the page, which tell nothing of the app. They are read when they are asked for. */
export function servePage(http: WsHttp, path: string): void {
  for (const [suffix, file, type] of FILES) {
    http.get(path + suffix, (response) => {
      const text = readFileSync(new URL(`./page/${file}`, import.meta.url), 'utf8')
      const own = suffix === '' ? text.replaceAll('{{path}}', path) : text
      response.cork(() => {
        response
          .writeHeader('Content-Type', type)
          .writeHeader('Content-Security-Policy', POLICY)
          .writeHeader('X-Content-Type-Options', 'nosniff')
          .writeHeader('Referrer-Policy', 'no-referrer')
          .end(own)
      })
    })
  }
}
