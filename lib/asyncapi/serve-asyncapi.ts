import type { HttpHandler } from '../uws/http-routes.js'
import type { AsyncApiDocument, AsyncApiSource } from './asyncapi-document.js'
import { describeApp } from './describe-app.js'
import { renderPage } from './render-page.js'

/** The part of an app's HTTP routes that is needed. */
export interface PageRoutes {
  get(pattern: string, handler: HttpHandler): unknown
}

/**
 * Describes an app, and serves it as a page when that is asked for.
 *
 * @throws TypeError without a title and a version, or for a page that is no path
 */
export function serveAsyncapi(source: AsyncApiSource, http: PageRoutes): AsyncApiDocument {
  const document = describeApp(source)
  const { page } = source.options
  if (page === undefined) return document
  if (!page.startsWith('/')) throw new TypeError('asyncapi: page is a path, such as "/docs"')
  const base = page.endsWith('/') ? page.slice(0, -1) : page
  const json = JSON.stringify(document)
  const html = renderPage(document)
  http.get(`${base}/asyncapi.json`, (response) => {
    response.writeHeader('Content-Type', 'application/json').end(json)
  })
  http.get(`${base}/`, (response) => {
    response.writeHeader('Content-Type', 'text/html; charset=utf-8')
    // Text of the app's own is all there is: nothing else is to be loaded, whatever it says.
    response.writeHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
    response.end(html)
  })
  if (base !== '') {
    // The links of the page are relative to it.
    http.get(base, (response) => {
      response.writeStatus('308 Permanent Redirect').writeHeader('Location', `${base}/`).end()
    })
  }
  return document
}
