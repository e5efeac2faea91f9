import type { AsyncApiDocument, JsonSchema } from '../asyncapi/asyncapi-document.js'
import type { WsApp } from '../ws-app.js'

/** A route that may be tried, and what it wants. */
export interface RouteForm {
  readonly event: string
  readonly path: string
  /** Of its data; absent when it takes none. */
  readonly schema?: JsonSchema | undefined
}

/** A schema that contains itself is told so deep. */
const MAX_DEPTH = 8
const NO_INFO = { info: { title: 'Routes', version: '0' } }

/** All routes of an app, with the schemas of their data. */
export async function routeForms(app: WsApp): Promise<RouteForm[]> {
  const document = await app.asyncapi(NO_INFO)
  return app.routes().map(({ event, path, handler }) => ({
    ...{ event, path },
    schema: schemaOf(document, handler, event),
  }))
}

function schemaOf(
  document: AsyncApiDocument,
  handler: string,
  event: string,
): JsonSchema | undefined {
  for (const operation of Object.values(document.operations)) {
    if (operation.action !== 'receive' || operation['x-handler'] !== handler) continue
    for (const { $ref } of operation.messages) {
      const message = find(document, $ref) as { name?: string; payload?: JsonSchema } | undefined
      if (message?.name !== event) continue
      const { data } = (message.payload?.properties ?? {}) as { data?: JsonSchema }
      return data && (inline(document, data, MAX_DEPTH) as JsonSchema)
    }
  }
  return undefined
}

/** What a reference of the document leads to. */
function find(document: unknown, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((value, part) => (value as Record<string, unknown> | undefined)?.[part], document)
}

function inline(document: unknown, value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => inline(document, item, depth))
  const { $ref } = value as { $ref?: unknown }
  if (typeof $ref === 'string') {
    return depth === 0 ? {} : inline(document, find(document, $ref), depth - 1)
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, inline(document, item, depth)]),
  )
}
