import type { DocumentEngine } from '../documents/document-engine.js'
import type { DocumentRoom } from '../documents/document-room.js'
import type { RecordsEngine } from '../documents/records/records-engine.js'
import { WsError } from '../errors/ws-error.js'
import type { DocumentTraffic } from './document-traffic.js'

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any engine: the caller says which
type AnyEngine = DocumentEngine<any, any, any>

/** The documents of an app. Injectable. */
export class WsDocuments {
  readonly #traffic: () => DocumentTraffic | undefined

  /** @internal */
  constructor(traffic: () => DocumentTraffic | undefined) {
    this.#traffic = traffic
  }

  /**
   * Opens the document of a path, or hands out the one that is open. It stays open for as long as it
   * has sessions, and a while after the last call.
   *
   * @typeParam E its engine, when it is no document of records
   * @throws WsError 404 when no `@Document` has the path, 400 for a path that cannot be stored, 503
   * when the app closes; and what the storage rejects with
   */
  async open<E extends AnyEngine = RecordsEngine>(path: string): Promise<DocumentRoom<E>> {
    const traffic = this.#traffic()
    if (!traffic) throw new WsError(404, `There is no document "${path}"`)
    return (await traffic.open(path)) as unknown as DocumentRoom<E>
  }

  /** The document of a path, when it is open. */
  get<E extends AnyEngine = RecordsEngine>(path: string): DocumentRoom<E> | undefined {
    return this.#traffic()?.get(path) as unknown as DocumentRoom<E> | undefined
  }
}
