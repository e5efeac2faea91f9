import type { WsClient } from '../ws-client.js'
import { ClientDocument, type ClientDocumentOptions } from './client-document.js'
import type { AnyFields } from './document-types.js'

const opened = new WeakMap<WsClient, Map<string, ClientDocument>>()

/**
 * The document of a path; the same object for the same path, until it is closed. It is opened at once,
 * and again with each new connection.
 *
 * @param options count for the first call
 * @typeParam F the fields of each type of record
 */
export function openDocument<F extends object = AnyFields>(
  client: WsClient,
  path: string,
  options: ClientDocumentOptions = {},
): ClientDocument<F> {
  const documents = opened.get(client) ?? new Map<string, ClientDocument>()
  opened.set(client, documents)
  const present = documents.get(path)
  if (present) return present as unknown as ClientDocument<F>
  const document = new ClientDocument<F>(client, path, options, () => documents.delete(path))
  documents.set(path, document as unknown as ClientDocument)
  return document
}
