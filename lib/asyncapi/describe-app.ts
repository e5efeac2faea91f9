import type { ControllerDefinition } from '../compile/controller-definition.js'
import { readRoutes, type DeclaredController } from '../compile/read-routes.js'
import { findMethod } from '../compile/arguments.js'
import type { Constructor, DocumentClassRecord, MethodRecord } from '../metadata/records.js'
import { emittedReturnType, findRecord, methodParameterTypes } from '../metadata/store.js'
import { isAsyncGenerator } from '../runtime/streams/with-stream.js'
import type {
  AsyncApiDocument,
  AsyncApiOptions,
  AsyncApiSource,
  JsonSchema,
} from './asyncapi-document.js'
import { DocumentBuilder, type HandlerFacts, type PushFacts } from './document-builder.js'
import { presenceSchema, messageSchema } from './records.js'
import type { SchemaBook } from './schema-book.js'

/**
 * Describes an app by what its decorators say, as its route table was compiled from them.
 *
 * @throws TypeError without a title and a version
 */
export function describeApp(source: AsyncApiSource): AsyncApiDocument {
  const { options, controllers } = source
  const { title, version } = (options as Partial<AsyncApiOptions>).info ?? {}
  if (typeof title !== 'string' || typeof version !== 'string') {
    throw new TypeError('asyncapi: info needs a title and a version')
  }
  const builder = new DocumentBuilder(source)
  for (const controller of readRoutes(controllers)) describeController(controller, builder)
  return builder.build()
}

function describeController(
  { definition, prefix, routes }: DeclaredController,
  builder: DocumentBuilder,
): void {
  for (const { event, path, method } of routes) {
    builder.addHandler({
      ...{ event, pattern: path, pushes: pushesOf(method, event, builder.book) },
      ...factsOf(definition, method, builder),
    })
  }
  if (definition.document) describeDocument(definition.document, builder)
  if (prefix === '') return
  const { type, presence } = definition
  const description = findRecord(type)?.description
  builder.addPushes(
    { pattern: prefix, handler: type.name, description, tag: tagOf(type) },
    Object.entries(description?.pushes ?? {}).map(([event, data]) => ({
      ...{ event, data: builder.book.of(data) },
    })),
  )
  if (!presence) return
  const state = builder.book.of(presence.type)
  builder.addPresence(prefix, {
    ...{ handler: `${type.name} (presence)`, shown: presenceSchema(state) },
    show: messageSchema('$presence', state, false),
  })
}

function describeDocument({ path, options }: DocumentClassRecord, builder: DocumentBuilder): void {
  if (typeof path !== 'string') return
  const { records, presence } = (options ?? {}) as { records?: object; presence?: unknown }
  const kinds = Object.entries(records ?? {}).map(([kind, type]) => [kind, builder.book.of(type)])
  builder.addDocument(path, {
    ...(kinds.length > 0 && { records: Object.fromEntries(kinds) as Record<string, JsonSchema> }),
    ...(presence !== undefined && { presence: builder.book.of(presence) }),
  })
}

type Facts = Omit<HandlerFacts, 'event' | 'pattern' | 'pushes'>

function factsOf(
  { type }: ControllerDefinition,
  method: MethodRecord,
  { book }: DocumentBuilder,
): Facts {
  const { name, description, parameters, stream } = method
  const data = parameters.find(({ source }) => source === 'data')
  const [explicit, given] = data?.args ?? []
  const { optional = false } = (given ?? {}) as { optional?: boolean }
  const declared = explicit ?? (data && methodParameterTypes(type, name)?.[data.index])
  const dataType = description?.data ?? declared
  const reply = description?.reply ?? emittedReturnType(type, name)
  const isStream = stream === true || isAsyncGenerator(findMethod(type, name))
  return {
    handler: `${type.name}.${String(name)}`,
    data: data || dataType !== undefined ? book.of(dataType) : undefined,
    isOptional: optional || isAnything(dataType),
    reply: replyOf(book.of(reply), reply),
    isStream,
    description,
    tag: tagOf(type),
  }
}

/** What is broadcast, and what is said to be pushed besides. */
function pushesOf(
  { broadcasts, description }: MethodRecord,
  own: string,
  book: SchemaBook,
): PushFacts[] {
  const said = new Map(Object.entries(description?.pushes ?? {}))
  const broadcast = broadcasts.map(({ event: given, options }): PushFacts => {
    const { room } = (options ?? {}) as { room?: unknown }
    const event = typeof given === 'string' ? given : own
    const data = said.has(event) ? book.of(said.get(event)) : undefined
    return { event, room: typeof room === 'string' ? room : undefined, data }
  })
  for (const { event } of broadcast) said.delete(String(event))
  return [...broadcast, ...[...said].map(([event, type]) => ({ event, data: book.of(type) }))]
}

function tagOf(type: Constructor): string {
  return findRecord(type)?.description?.tags?.[0] ?? type.name
}

function isAnything(type: unknown): boolean {
  return type === undefined || type === Object
}

/** What returns nothing is replied as `null`. */
function replyOf(schema: JsonSchema, type: unknown): JsonSchema {
  return type === undefined ? {} : schema
}
