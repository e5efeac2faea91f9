import type { ControllerDefinition } from '../compile/controller-definition.js'
import { readRoutes, type DeclaredController } from '../compile/read-routes.js'
import { findMethod } from '../compile/arguments.js'
import type { MethodRecord } from '../metadata/records.js'
import { emittedReturnType, findRecord, methodParameterTypes } from '../metadata/store.js'
import { isAsyncGenerator } from '../runtime/streams/with-stream.js'
import type {
  AsyncApiDocument,
  AsyncApiOptions,
  AsyncApiSource,
  JsonSchema,
} from './asyncapi-document.js'
import { DocumentBuilder, type HandlerFacts } from './document-builder.js'
import { presenceSchema, messageSchema } from './records.js'

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
    builder.addHandler({ event, pattern: path, ...factsOf(definition, method, builder) })
  }
  const { presence } = definition
  if (!presence || prefix === '') return
  const state = builder.book.of(presence.type)
  builder.addPresence(prefix, {
    ...{ handler: `${definition.type.name} (presence)`, shown: presenceSchema(state) },
    show: messageSchema('$presence', state, false),
  })
}

type Facts = Omit<HandlerFacts, 'event' | 'pattern'>

function factsOf(
  { type }: ControllerDefinition,
  method: MethodRecord,
  { book }: DocumentBuilder,
): Facts {
  const { name, description, broadcasts, parameters, stream } = method
  const data = parameters.find(({ source }) => source === 'data')
  const [explicit, given] = data?.args ?? []
  const { optional = false } = (given ?? {}) as { optional?: boolean }
  const dataType = explicit ?? (data && methodParameterTypes(type, name)?.[data.index])
  const reply = description?.reply ?? emittedReturnType(type, name)
  const isStream = stream === true || isAsyncGenerator(findMethod(type, name))
  return {
    handler: `${type.name}.${String(name)}`,
    data: data ? book.of(dataType) : undefined,
    isOptional: !data || optional || isAnything(dataType),
    reply: replyOf(book.of(reply), reply),
    isStream,
    pushes: broadcasts.map((broadcast) => {
      const { room } = (broadcast.options ?? {}) as { room?: unknown }
      const event = typeof broadcast.event === 'string' ? broadcast.event : undefined
      return { event, room: typeof room === 'string' ? room : undefined }
    }),
    description,
    tag: findRecord(type)?.description?.tags?.[0] ?? type.name,
  }
}

function isAnything(type: unknown): boolean {
  return type === undefined || type === Object
}

/** What returns nothing is replied as `null`. */
function replyOf(schema: JsonSchema, type: unknown): JsonSchema {
  return type === undefined ? {} : schema
}
