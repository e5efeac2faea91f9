import type { AppHost } from '../../runtime/app-host.js'
import type { DocumentTraffic } from '../../runtime/document-traffic.js'
import type { Failures } from '../../runtime/failures.js'
import type { WsBroadcastTransport } from '../../transports/broadcast-transport.js'
import type { Params } from '../../routing/params.js'
import type { DocumentDefinition } from './document-definition.js'
import type { DocumentSettings, ReportFault } from './document-settings.js'

/** The document that a path means. */
export interface DocumentMatch {
  readonly route: DocumentDefinition
  /** `undefined` when the path is no valid percent-encoding. */
  readonly params: Params | undefined
}

/** All documents of an app; there is at least one. */
export interface CompiledDocuments {
  readonly kit: DocumentKit
  readonly all: readonly DocumentDefinition[]
  readonly match: (path: string) => DocumentMatch | undefined
}

/** What documents of an app work with. */
export interface DocumentAppParts {
  readonly host: AppHost
  readonly failures: Failures
  readonly documents: CompiledDocuments
  readonly transport: WsBroadcastTransport | undefined
  /** Milliseconds that `@Access()` may take. */
  readonly accessTimeout: number
}

/**
 * What `@Document` brings along, so that an app without documents loads nothing of them: how its
 * options are read, and what runs them.
 */
export interface DocumentKit {
  /** The names of the options. */
  readonly optionNames: readonly string[]
  readOptions(options: Readonly<Record<string, unknown>>, report: ReportFault): DocumentSettings
  start(parts: DocumentAppParts): DocumentTraffic
}
