import type { Params } from '../../routing/params.js'
import type { WsConnection } from '../../runtime/ws-connection.js'
import type { WsContext, WsContextOwner } from '../../runtime/ws-context.js'
import type { WsServer } from '../../runtime/ws-server.js'
import type { DocumentSettings } from './document-settings.js'

/** Where a hook of a document is called. */
export interface DocumentScope {
  readonly path: string
  readonly params: Params
  /** Of the session that the hook is about, when it is about one. */
  readonly connection: WsConnection | undefined
  readonly server: WsServer
}

/** A compiled method that decides or hears of a document. */
export interface DocumentHook {
  /** `Class.method`. */
  readonly handler: string
  /** @param given what the hook is given, for the parameters without a decorator */
  readonly run: (given: readonly unknown[], scope: DocumentScope) => unknown
}

/** A compiled `@Document` class. */
export interface DocumentDefinition {
  /** Of the class. */
  readonly name: string
  readonly pattern: string
  readonly settings: DocumentSettings
  /** Middleware and the method of `@Access()`; without one, everybody may write. */
  readonly access: WsContextOwner & { readonly run: (context: WsContext) => unknown }
  /** By type of record. */
  readonly canWrite: Readonly<Record<string, DocumentHook>>
  readonly commit: readonly DocumentHook[]
  readonly sessionRemoved: readonly DocumentHook[]
}
