import { documentClass } from '../../decorators/document-class.js'
import type { InjectionToken } from '../../di/tokens.js'
import type { DocumentEngines } from '../document-engine.js'
import type { definePresence, RecordDefinition } from '../dto-records.js'
import type { DocumentStorages } from '../storage/document-storage.js'
import type { DocumentOwners } from '../../transports/owners/document-owners.js'
import { AppDocuments } from './app-documents.js'
import type { DocumentKit } from './document-kit.js'
import { DOCUMENT_OPTIONS, readDocumentOptions } from './document-settings.js'

/** What `@Document` says of the documents of a path. One of `records` and `engine` is there. */
export interface DocumentOptions {
  /** The types of records, by name: DTO classes, or such with migrations. */
  readonly records?: Readonly<Record<string, RecordDefinition>>
  /** Another kind of document. */
  readonly engine?: DocumentEngines
  /** The DTO class of what a session shows of itself. Default: any object. */
  readonly presence?: Parameters<typeof definePresence>[0]
  /**
   * Where documents are kept, or an injection token of it. Default: nowhere; a document is forgotten
   * when it closes.
   */
  readonly storage?: DocumentStorages | InjectionToken<DocumentStorages>
  /**
   * Who decides which of several processes owns a document, or an injection token of it: the others let
   * their clients in through the owner. Needs a broadcast transport. Default: among workers without
   * a transport of the app's own, their supervisor; else nobody does, and a document may be open in one process only.
   */
  readonly owners?: DocumentOwners | InjectionToken<DocumentOwners>
  /** How long a document stays open without a session, in milliseconds. Default: 30 s. */
  readonly idleTimeout?: number
  /** The largest change that a client may make, in UTF-16 units of JSON. Default: 1 Mi. */
  readonly maxMessage?: number
}

const KIT: DocumentKit = {
  optionNames: DOCUMENT_OPTIONS,
  readOptions: readDocumentOptions,
  start: (parts) => new AppDocuments(parts),
}

/**
 * Marks a class as the documents of a path, makes it injectable; list it among the `controllers`. Its
 * methods may have `@Access()`, `@CanWrite`, `@OnCommit` and `@OnSessionRemoved`.
 *
 * @param path a path pattern such as `/board/:board`; each path that it matches is a document
 * @example
 * ```ts
 * @Document('/board/:board', { records: { shape: Shape, note: Note } })
 * class BoardDocument {}
 * ```
 */
export function Document(path: string, options: DocumentOptions): ClassDecorator {
  return documentClass({ path, options, kit: KIT })
}
