import type { Constructor } from '../metadata/records.js'

/** What {@link WsApp.asyncapi} is told. */
export interface AsyncApiOptions {
  /** Title and version of the interface, and what else AsyncAPI knows of it: contact, license. */
  readonly info: {
    readonly title: string
    readonly version: string
    readonly description?: string
    readonly [more: string]: unknown
  }
  /** Where it is served, by name: `{ production: { host: 'example.com', protocol: 'wss' } }`. */
  readonly servers?: Readonly<Record<string, AsyncApiServer>>
  /** A path of `app.http` for a page to read; the document is there, too: `/docs/asyncapi.json`. */
  readonly page?: string
}

/** A place where an app is served. */
export interface AsyncApiServer {
  /** With a port, if it is not that of the protocol. */
  readonly host: string
  readonly protocol: 'ws' | 'wss'
  /** The path of the upgrade. */
  readonly pathname?: string
  readonly [more: string]: unknown
}

/** A JSON schema, of draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A document of AsyncAPI 3. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0'
  readonly info: AsyncApiOptions['info']
  readonly defaultContentType: string
  readonly servers?: Readonly<Record<string, object>>
  readonly channels: Readonly<Record<string, AsyncApiChannel>>
  readonly operations: Readonly<Record<string, AsyncApiOperation>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly securitySchemes?: Readonly<Record<string, object>>
  }
}

/** A path, and what travels there. */
export interface AsyncApiChannel {
  readonly address: string
  readonly title: string
  readonly description?: string
  readonly parameters?: Readonly<Record<string, object>>
  readonly messages: Record<string, AsyncApiMessage>
  /** Of a `@Document`: its records by kind, and what is shown of who is there. */
  readonly 'x-document'?: {
    readonly records?: Readonly<Record<string, JsonSchema>>
    readonly presence?: JsonSchema
  }
}

/** A record on the wire. */
export interface AsyncApiMessage {
  readonly name: string
  readonly title: string
  readonly summary?: string
  readonly payload: JsonSchema
  readonly examples?: readonly object[]
}

/** What the app does: `receive` a call, `send` a push. */
export interface AsyncApiOperation {
  readonly action: 'receive' | 'send'
  readonly channel: Reference
  readonly messages: readonly Reference[]
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly { readonly name: string }[]
  readonly reply?: { readonly channel: Reference; readonly messages: readonly Reference[] }
  /** `Class.method`. */
  readonly 'x-handler': string
  readonly 'x-deprecated'?: true
  readonly 'x-stream'?: true
}

/** A pointer into the document. */
export interface Reference {
  readonly $ref: string
}

/** What a document is made of. */
export interface AsyncApiSource {
  readonly controllers: readonly Constructor[]
  readonly options: AsyncApiOptions
  /** Whether `authorize` decides who gets in. */
  readonly isGuarded: boolean
  /** The sub-protocols that clients may choose. */
  readonly subprotocols: readonly string[]
}
