import { readFileSync } from 'node:fs'
import type { WsHttp } from 'enfilade'

/** The folder of the built page, from dist/src/. */
const folder = new URL('../page/', import.meta.url)

const FILES = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/style.css', file: 'style.css', type: 'text/css; charset=utf-8' },
  { path: '/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
]

/** Serves the page, read once. */
export function servePage(http: WsHttp): void {
  for (const { path, file, type } of FILES) {
    const content = readFileSync(new URL(file, folder))
    http.get(path, (response) => {
      response.writeHeader('Content-Type', type)
      response.writeHeader('Content-Security-Policy', "default-src 'self'; frame-ancestors 'none'")
      response.writeHeader('X-Content-Type-Options', 'nosniff')
      response.writeHeader('Cache-Control', 'no-cache')
      response.end(content)
    })
  }
}
