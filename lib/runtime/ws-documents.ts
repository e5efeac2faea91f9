import type { DocumentEngine } from '../documents/document-engine.js'
import type { DocumentHandle } from '../documents/document-handle.js'
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
   * The document of a path, wherever it is: in this process, or in another one that owns it. Where it is
   * not open it is opened; it stays open for as long as it has sessions, and a while after the last call.
   *
   * @typeParam E its engine, when it is no document of records
   * @throws WsError 404 when no `@Document` has the path, 400 for a path that cannot be stored, 503
   * when the app closes or nobody can be found to own it; and what the storage rejects with
   */
  async open<E extends AnyEngine = RecordsEngine>(path: string): Promise<DocumentHandle<E>> {
    return (await this.#expect(path).open(path)) as unknown as DocumentHandle<E>
  }

  /**
   * Opens the document of a path in this process, or hands out the room that is open: for code that has to
   * do something without waiting, and for documents that have no `owners`.
   *
   * @typeParam E its engine, when it is no document of records
   * @throws WsError 409 when another process owns it; and what {@link open} throws
   */
  async openHere<E extends AnyEngine = RecordsEngine>(path: string): Promise<DocumentRoom<E>> {
    return (await this.#expect(path).openHere(path)) as unknown as DocumentRoom<E>
  }

  /** The room of a path, when it is open in this process. */
  get<E extends AnyEngine = RecordsEngine>(path: string): DocumentRoom<E> | undefined {
    return this.#traffic()?.get(path) as unknown as DocumentRoom<E> | undefined
  }

  #expect(path: string): DocumentTraffic {
    const traffic = this.#traffic()
    if (!traffic) throw new WsError(404, `There is no document "${path}"`)
    return traffic
  }
}
