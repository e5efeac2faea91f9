import { createWsClient } from '../create-ws-client.js'
import type { PerAttempt, WsClientOptions } from '../options.js'
import type { WsClient } from '../ws-client.js'
import type { ClientDocument, ClientDocumentOptions } from './client-document.js'
import type { DocumentStore } from './document-store.js'
import type { AnyFields } from './document-types.js'
import { openDocument } from './open-document.js'

/** A client with documents. */
export interface DocumentClient extends WsClient {
  /**
   * The document of a path; the same object for the same path, until it is closed.
   *
   * @param options count for the first call
   * @typeParam F the fields of each type of record
   */
  document<F extends object = AnyFields>(
    path: string,
    options?: ClientDocumentOptions,
  ): ClientDocument<F>
}

/** What `createDocumentClient` takes: what `createWsClient` does, and a store. */
export interface DocumentClientOptions extends WsClientOptions {
  /** Where documents are kept that say nothing of it. Default: nowhere. */
  readonly store?: DocumentStore
}

/**
 * Connects to a server, as `createWsClient` does, with documents: a client without them is smaller.
 *
 * @throws TypeError as `createWsClient` does
 */
export function createDocumentClient(
  url: PerAttempt<string | URL>,
  { store, ...options }: DocumentClientOptions = {},
): DocumentClient {
  const client = createWsClient(url, options)
  return Object.assign(client, {
    document: <F extends object>(path: string, own: ClientDocumentOptions = {}) =>
      openDocument<F>(client, path, { ...(store && { store }), ...own }),
  })
}
