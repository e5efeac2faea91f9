import type { Description } from '../metadata/records.js'
import { readAddress } from './address.js'
import type {
  AsyncApiChannel,
  AsyncApiDocument,
  AsyncApiMessage,
  AsyncApiOperation,
  AsyncApiSource,
  JsonSchema,
  Reference,
} from './asyncapi-document.js'
import { itemSchema, messageSchema, PROTOCOL_SCHEMAS, pushSchema, replySchema } from './records.js'
import { SchemaBook } from './schema-book.js'

/** What is known of one handler on one path. */
export interface HandlerFacts {
  readonly event: string
  readonly pattern: string
  /** `Class.method`. */
  readonly handler: string
  /** `undefined` when it takes none. */
  readonly data: JsonSchema | undefined
  readonly isOptional: boolean
  readonly reply: JsonSchema
  readonly isStream: boolean
  /** What it broadcasts; the event and the room are its own when absent. */
  readonly pushes: readonly PushFacts[]
  readonly description?: Description | undefined
  readonly tag: string
}

/** What is known of who pushes. */
type PushingFacts = Pick<
  HandlerFacts,
  'event' | 'pattern' | 'handler' | 'reply' | 'description' | 'tag'
>

/** What is known of a push. */
export interface PushFacts {
  readonly event?: string | undefined
  readonly room?: string | undefined
  /** That of the reply when absent. */
  readonly data?: JsonSchema | undefined
}

/** What is known of a room with presence. */
interface PresenceFacts {
  readonly handler: string
  readonly shown: JsonSchema
  readonly show: JsonSchema
}

/** Puts a document together. */
export class DocumentBuilder {
  readonly book = new SchemaBook()
  readonly #source: AsyncApiSource
  readonly #channels: Record<string, AsyncApiChannel> = {}
  readonly #operations: Record<string, AsyncApiOperation> = {}

  constructor(source: AsyncApiSource) {
    this.#source = source
  }

  addHandler(facts: HandlerFacts): void {
    const { event, pattern, handler, description, isStream, reply, tag } = facts
    const call = this.#message(pattern, `${event}.call`, {
      ...{ name: event, title: `${event}: the call` },
      ...(description?.summary !== undefined && { summary: description.summary }),
      payload: messageSchema(event, facts.data, facts.isOptional),
      ...examplesOf(facts),
    })
    const replied = this.#message(pattern, `${event}.reply`, {
      ...{ name: `${event}.reply`, title: `${event}: the reply` },
      payload: { oneOf: [replySchema(isStream ? {} : reply), PROTOCOL_REFERENCE] },
    })
    const items = isStream
      ? [
          this.#message(pattern, `${event}.item`, {
            ...{ name: '$item', title: `${event}: an item of its stream` },
            payload: itemSchema(reply),
          }),
        ]
      : []
    const channel = this.#channel(pattern)
    this.#operation(handler, {
      ...{ action: 'receive', channel, messages: [call], tags: tagsOf(description, tag) },
      ...summaryOf(description),
      reply: { channel, messages: [...items, replied] },
      'x-handler': handler,
      ...(description?.deprecated === true && { 'x-deprecated': true }),
      ...(isStream && { 'x-stream': true }),
    })
    for (const push of facts.pushes) this.#addPush(facts, push)
  }

  /** What a controller pushes to its rooms. */
  addPushes(facts: Omit<PushingFacts, 'event' | 'reply'>, pushes: readonly PushFacts[]): void {
    for (const push of pushes) this.#addPush({ ...facts, event: '', reply: {} }, push)
  }

  addPresence(pattern: string, { handler, shown, show }: PresenceFacts): void {
    const name = '$presence'
    const push = this.#message(pattern, 'presence.push', {
      ...{ name, title: 'Who comes, changes and goes', payload: shown },
    })
    const message = this.#message(pattern, 'presence.call', {
      ...{ name, title: 'What a member shows', payload: show },
    })
    const rest = { channel: this.#channel(pattern), 'x-handler': handler }
    this.#operation(`${handler}.shown`, { action: 'send', messages: [push], ...rest })
    this.#operation(`${handler}.show`, { action: 'receive', messages: [message], ...rest })
  }

  /** A document has a wire of its own, which its clients speak: told are its path and what is in it. */
  addDocument(pattern: string, facts: NonNullable<AsyncApiChannel['x-document']>): void {
    this.#channel(pattern)
    const { id } = readAddress(pattern)
    const channel = this.#channels[id] as AsyncApiChannel
    this.#channels[id] = { ...channel, description: DOCUMENT, 'x-document': facts }
  }

  build(): AsyncApiDocument {
    const { options, isGuarded, subprotocols } = this.#source
    const security = isGuarded && { security: [{ $ref: '#/components/securitySchemes/token' }] }
    const servers = Object.entries(options.servers ?? {}).map(
      ([name, server]) =>
        [name, { ...security, ...server, 'x-subprotocols': subprotocols }] as const,
    )
    return {
      asyncapi: '3.0.0',
      info: options.info,
      defaultContentType: 'application/json',
      ...(servers.length > 0 && { servers: Object.fromEntries(servers) }),
      channels: this.#channels,
      operations: this.#operations,
      components: {
        schemas: { ...PROTOCOL_SCHEMAS, ...this.book.schemas },
        ...(isGuarded && { securitySchemes: { token: TOKEN } }),
      },
    }
  }

  #addPush(facts: PushingFacts, push: PushFacts): void {
    const { event = facts.event, room = facts.pattern, data = facts.reply } = push
    const message = this.#message(room, `${event}.push`, {
      ...{ name: event, title: `${event}: the push`, payload: pushSchema(event, data) },
    })
    this.#operation(`${facts.handler}.push`, {
      ...{ action: 'send', channel: this.#channel(room), messages: [message] },
      tags: tagsOf(facts.description, facts.tag),
      'x-handler': facts.handler,
    })
  }

  #channel(pattern: string): Reference {
    const { id, address, parameters } = readAddress(pattern)
    this.#channels[id] ??= {
      ...{ address, title: address },
      ...(Object.keys(parameters).length > 0 && { parameters }),
      messages: {},
    }
    return { $ref: `#/channels/${id}` }
  }

  #message(pattern: string, key: string, message: AsyncApiMessage): Reference {
    const { $ref } = this.#channel(pattern)
    const { id } = readAddress(pattern)
    const name = key.replaceAll(/[^\w.-]+/g, '-')
    const { messages } = this.#channels[id] as AsyncApiChannel
    messages[name] ??= message
    return { $ref: `${$ref}/messages/${name}` }
  }

  #operation(handler: string, operation: AsyncApiOperation): void {
    const base = handler.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^-+|-+$/g, '')
    let key = base
    for (let count = 2; Object.hasOwn(this.#operations, key); count++) key = `${base}-${count}`
    this.#operations[key] = operation
  }
}

const PROTOCOL_REFERENCE: JsonSchema = { $ref: '#/components/schemas/ErrorReply' }

const DOCUMENT = 'A document that clients edit together. It is opened by a client for documents.'

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  description:
    'Where the token is depends on the app: a header, a cookie, the query, or the message $token.',
}

function summaryOf(description: Description | undefined): object {
  return {
    ...(description?.summary !== undefined && { summary: description.summary }),
    ...(description?.description !== undefined && { description: description.description }),
  }
}

function tagsOf(description: Description | undefined, tag: string): { name: string }[] {
  return (description?.tags ?? [tag]).map((name) => ({ name }))
}

function examplesOf({ description, event, pattern }: HandlerFacts): object {
  const { examples = [] } = description ?? {}
  if (examples.length === 0) return {}
  const path = readAddress(pattern).address
  return { examples: examples.map((data) => ({ payload: { event, path, data } })) }
}
