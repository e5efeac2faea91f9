import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { HttpHandler, WsHttp } from 'enfilade'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-cache',
}

/** What a page needs. */
export interface PageOptions {
  /** Whether scripts may set styles. Default: false. */
  readonly inlineStyles?: boolean
  /** The path that the page is on, with a slash at its end. Default: `/`. */
  readonly base?: string
}

/** Serves the files of a folder, read once, and nothing else. */
export function servePage(http: WsHttp, folder: URL, options: PageOptions = {}): void {
  const { base = '/' } = options
  for (const file of readdirSync(folder)) {
    const paths = file === 'index.html' ? [base, `${base}index.html`] : [base + file]
    serveFile(http, { paths, file: new URL(file, folder), policy: policyOf(options) })
  }
}

/** The content security policy. */
function policyOf({ inlineStyles = false }: PageOptions): string {
  const styles = inlineStyles ? "'self' 'unsafe-inline'" : "'self'"
  return [
    `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self'`,
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join('; ')
}

/**
 * Serves a module and all that it imports by relative paths: what a bundler would otherwise do.
 *
 * @param base the path of `root`
 * @param root the folder that the module and its imports are in
 */
export function serveModule(http: WsHttp, { base, root, entry }: ServedModule): void {
  const found = new Set([entry.href])
  // A set may grow while it is walked through.
  for (const href of found) {
    const file = new URL(href)
    serveFile(http, { paths: [base + href.slice(root.href.length)], file, policy: policyOf({}) })
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      found.add(new URL(path, file).href)
    }
  }
}

/** What `serveModule` takes. */
export interface ServedModule {
  readonly base: string
  readonly root: URL
  readonly entry: URL
}

/** As esbuild writes it, with white space and without. */
const IMPORT = /\b(?:import|from) ?"(\.{1,2}\/[^"]+)"/g

interface ServedFile {
  readonly paths: readonly string[]
  readonly file: URL
  readonly policy: string
}

function serveFile(http: WsHttp, { paths, file, policy }: ServedFile): void {
  const body = readFileSync(file)
  const type = TYPES[extname(file.pathname)] ?? 'application/octet-stream'
  const answer =
    (isHead: boolean): HttpHandler =>
    (response) => {
      response.writeStatus('200 OK').writeHeader('content-type', type)
      response.writeHeader('content-security-policy', policy)
      for (const [name, value] of Object.entries(HEADERS)) response.writeHeader(name, value)
      if (isHead) response.endWithoutBody(body.length)
      else response.end(body)
    }
  for (const path of paths) http.get(path, answer(false)).head(path, answer(true))
}
