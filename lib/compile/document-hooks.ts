import type { DocumentHook, DocumentScope } from '../documents/app/document-definition.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import { methodParameterTypes } from '../metadata/store.js'
import type { DocumentHookKind, MethodRecord, ParameterRecord } from '../metadata/records.js'
import { findMethod, SOURCE_NAMES } from './arguments.js'
import type { InstanceProvider } from './providers.js'

/** The hooks that are given something. */
export type GivenKind = Exclude<DocumentHookKind, 'access'>

/** What the hook of a document is compiled from. */
export interface DocumentHookSource {
  readonly type: Parameters<typeof findMethod>[0]
  readonly kind: GivenKind
  readonly method: MethodRecord
  readonly where: string
  readonly provider: InstanceProvider
  /** Names of the parameters of the document's path. */
  readonly params: readonly string[]
  readonly problems: Problems
}

type Reader = (given: readonly unknown[], scope: DocumentScope) => unknown

/** What the hooks are given, in order. */
const GIVEN: Record<GivenKind, readonly string[]> = {
  canWrite: ['next', 'before', 'session'],
  commit: ['change'],
  sessionRemoved: ['session', 'remaining'],
}

/** What a parameter of a hook may come from, when it has a decorator. */
const READERS: Partial<Record<ParameterRecord['source'], Reader>> = {
  server: (_given, { server }) => server,
  session: (_given, { connection }) => connection?.session,
  connection: (_given, { connection }) => connection,
}

/**
 * Compiles a method that decides or hears of a document: parameters with a decorator get what it says,
 * the others what the hook is given, in order.
 */
export function compileDocumentHook(source: DocumentHookSource): DocumentHook {
  const { type, method, where, provider } = source
  const count = Math.max(
    findMethod(type, method.name)?.length ?? 0,
    ...method.parameters.map(({ index }) => index + 1),
  )
  let next = 0
  const readers = Array.from({ length: count }, (_, index): Reader => {
    const record = method.parameters.find((one) => one.index === index)
    return record ? decorated(record, source) : givenAt(next++, index, source)
  })
  const instance = (): Record<string | symbol, (...args: unknown[]) => unknown> =>
    provider.get(undefined as never) as never
  return {
    handler: where,
    run: (given, scope) => instance()[method.name]?.(...readers.map((read) => read(given, scope))),
  }
}

function givenAt(
  place: number,
  index: number,
  { kind, where, problems }: DocumentHookSource,
): Reader {
  const names = GIVEN[kind]
  if (place >= names.length) {
    problems.add(
      where,
      `parameter #${index} has no decorator and would be undefined`,
      `it is given (${names.join(', ')}); others say where they come from: @Param(), @Server()`,
    )
  }
  return (given) => given[place]
}

function decorated(
  { index, source, args }: ParameterRecord,
  { type, kind, method, where, params, problems }: DocumentHookSource,
): Reader {
  if (source === 'param') {
    const [name] = args
    if (name === undefined) return (_given, scope) => scope.params
    if (typeof name !== 'string' || !params.includes(name)) {
      const mend = params.length === 0 ? 'it has none' : `it has ${params.join(', ')}`
      problems.add(
        where,
        `@Param(${showValue(name)}) on parameter #${index} is not in the path`,
        mend,
      )
    }
    const emitted = methodParameterTypes(type, method.name)?.[index]
    if (emitted === Number || emitted === Boolean) {
      const mend = 'type it string, and convert it in the method'
      problems.add(where, `@Param on parameter #${index} is a string`, mend)
    }
    return (_given, scope) => scope.params[name as string]
  }
  const read = READERS[source]
  // A transaction of the server has no connection.
  if (!read || (kind === 'commit' && source !== 'server')) {
    problems.add(
      where,
      `@${SOURCE_NAMES[source]} on parameter #${index} has no meaning here`,
      'take it away: what the method is given has no decorator',
    )
    return () => undefined
  }
  const [key] = args
  if (key === undefined) return read
  return (given, scope) =>
    (read(given, scope) as Readonly<Record<string, unknown>> | undefined)?.[key as string]
}
