import { showValue } from '../errors/show-value.js'
import type { Problems } from '../errors/problems.js'
import { methodParameterTypes } from '../metadata/store.js'
import type { Constructor, MethodRecord, ParameterRecord } from '../metadata/records.js'
import type { WsContext, WsContextKind } from '../runtime/ws-context.js'
import { readOptions } from './decorator-options.js'
import {
  compileReader,
  type CompiledReader,
  type DataType,
} from '../validation/compile-validator.js'

/** Reads the argument of one parameter. */
export interface ArgumentReader {
  readonly read: (context: WsContext) => unknown
  /** Whether what it reads may be a promise. */
  readonly isAsync: boolean
}

/** One use of a method, against which its parameters are checked. */
export interface Use {
  readonly kind: WsContextKind
  /** Names of the parameters of its path or room; `undefined` when it has none of either. */
  readonly params: readonly string[] | undefined
  /** The path, for messages. */
  readonly pattern: string | undefined
}

/** What the parameters of one method are compiled from. */
export interface ArgumentSource {
  readonly type: Constructor
  readonly method: MethodRecord
  /** The method itself; default: what its class has by that name. */
  readonly declared?: ((...args: never[]) => unknown) | undefined
  readonly where: string
  readonly uses: readonly Use[]
  readonly problems: Problems
}

/** Sources as their decorators are called. */
export const SOURCE_NAMES: Record<ParameterRecord['source'], string> = {
  param: 'Param',
  data: 'Data',
  message: 'Message',
  connection: 'Connection',
  rooms: 'Rooms',
  session: 'Session',
  server: 'Server',
}

/** Compiles the readers of a method's parameters, by index. */
export function compileArguments(source: ArgumentSource): ArgumentReader[] {
  const { type, method, where, problems } = source
  const { parameters } = method
  const declared = (source.declared ?? findMethod(type, method.name))?.length ?? 0
  const count = parameters.reduce((most, { index }) => Math.max(most, index + 1), declared)
  // Not one that grows: it would have room for seventeen.
  const readers = new Array<ArgumentReader>(count)
  for (let index = 0; index < count; index++) {
    const records = recordsOf(parameters, index)
    const record = records[0]
    if (records.length > 1) {
      const names = records.map((one) => `@${SOURCE_NAMES[one.source]}`).join(' and ')
      problems.add(where, `parameter #${index} has ${names}`, 'keep one of them')
    }
    if (!record && index < declared) {
      problems.add(
        where,
        `parameter #${index} has no decorator and would be undefined`,
        'say where it comes from: @Data(), @Param(), @Connection(), …',
      )
    }
    readers[index] = record ? compileReaderOf(record, source) : NOTHING
  }
  return readers
}

function recordsOf(
  parameters: readonly ParameterRecord[],
  index: number,
): readonly ParameterRecord[] {
  const isOnly = parameters.length === 1 && parameters[0]?.index === index
  return isOnly ? parameters : recordsAt(parameters, index)
}

function recordsAt(
  parameters: readonly ParameterRecord[],
  index: number,
): readonly ParameterRecord[] {
  return parameters.filter((record) => record.index === index)
}

/** The method of a class, its own or inherited; `undefined` for an accessor, which is not read. */
export function findMethod(
  type: Constructor,
  name: string | symbol,
): ((...args: unknown[]) => unknown) | undefined {
  for (
    let owner: unknown = type.prototype;
    typeof owner === 'object' && owner !== null;
    owner = Object.getPrototypeOf(owner)
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, name)
    if (!descriptor) continue
    const value: unknown = descriptor.value
    return typeof value === 'function' ? (value as () => unknown) : undefined
  }
  return undefined
}

const NOTHING: ArgumentReader = { read: () => undefined, isAsync: false }
/** One for all: of a thousand routes each would have its own in memory, and none in a cache. */
const DATA: ArgumentReader = { read: (context) => context.data, isAsync: false }

function compileReaderOf(record: ParameterRecord, source: ArgumentSource): ArgumentReader {
  checkUses(record, source)
  switch (record.source) {
    case 'param':
      return compileParam(record, source)
    case 'data':
      return compileData(record, source)
    case 'message':
      return sync((context) => context.message)
    case 'connection':
      return sync((context) => context.connection)
    case 'rooms':
      return sync((context) => context.rooms)
    case 'server':
      return sync((context) => context.server)
    case 'session':
      return compileSession(record)
  }
}

function sync(read: ArgumentReader['read']): ArgumentReader {
  return { read, isAsync: false }
}

/** A message's data has no meaning where there is no message. */
function checkUses(record: ParameterRecord, { where, uses, problems }: ArgumentSource): void {
  if (record.source !== 'data' && record.source !== 'message') return
  const wrong = uses.find(hasNoMessage)
  if (!wrong) return
  problems.add(
    where,
    `@${SOURCE_NAMES[record.source]} on parameter #${record.index}, but there is no message in ${wrong.kind}`,
    'take it away, or move the method’s @OnMessage to a method of its own',
  )
}

function compileParam({ index, args }: ParameterRecord, source: ArgumentSource): ArgumentReader {
  const { type, method, where, uses, problems } = source
  const [name] = args
  if (name === undefined) return sync((context) => context.params)
  if (typeof name !== 'string' || name === '') {
    problems.add(where, `@Param on parameter #${index} is not given a name`, "write @Param('name')")
    return NOTHING
  }
  for (const { kind, params, pattern } of uses) {
    if (params?.includes(name)) continue
    const place =
      pattern === undefined
        ? `there are no parameters in ${kind}`
        : `"${pattern}" has no ":${name}"`
    problems.add(where, `@Param('${name}') on parameter #${index}, but ${place}`, mendParam(params))
  }
  const emitted = methodParameterTypes(type, method.name)?.[index]
  if (emitted === Number || emitted === Boolean) {
    problems.add(
      where,
      `@Param('${name}') on parameter #${index} is typed ${showValue(emitted)}, but it is a string`,
      'type it string, and convert it in the method',
    )
  }
  return sync((context) => context.params[name])
}

function hasNoMessage({ kind }: Use): boolean {
  return kind !== 'message'
}

function mendParam(params: readonly string[] | undefined): string {
  if (!params || params.length === 0) return 'add it to the path, or take the decorator away'
  return `add it to the path, or use one of ${params.map((name) => `'${name}'`).join(', ')}`
}

function compileSession({ args }: ParameterRecord): ArgumentReader {
  const [key] = args
  if (key === undefined) return sync((context) => context.session)
  return sync(
    (context) => (context.session as Record<string, unknown> | undefined)?.[key as string],
  )
}

function compileData(record: ParameterRecord, source: ArgumentSource): ArgumentReader {
  const { type, method, where, problems } = source
  const explicit = record.args[0]
  const options = record.args[1]
  const dataType = explicit ?? methodParameterTypes(type, method.name)?.[record.index]
  // Function is what TypeScript emits for a class that is imported by `import type`.
  if (dataType === undefined || (explicit === undefined && dataType === Function)) {
    problems.add(
      where,
      `the type of @Data on parameter #${record.index} is not known at run time`,
      'name the class, @Data(Dto), or @Data(Object) for data that needs no check; or compile with emitDecoratorMetadata, which esbuild and tsx cannot do, and import the class without `import type`, from a module that does not import this one',
    )
    return NOTHING
  }
  // Most have none, and a thousand routes are felt at start-up.
  if (options === undefined && dataType === Object) return DATA
  const place = { decorator: `@Data on parameter #${record.index}`, where, problems }
  const { groups, optional = false } = readOptions(options, ['groups', 'optional'], place)
  const reader = compileReader(dataType as DataType, groups as readonly string[] | undefined)
  if (typeof reader === 'string') {
    problems.add(
      where,
      `@Data on parameter #${record.index}: ${reader}`,
      'use a class with class-validator decorators, or @Data(Object) for data that needs no check',
    )
    return NOTHING
  }
  return optional ? readOptional(reader) : readData(reader)
}

function readData({ read, isAsync }: CompiledReader): ArgumentReader {
  return { read: (context) => read(context.data), isAsync }
}

function readOptional({ read, isAsync }: CompiledReader): ArgumentReader {
  return {
    read: ({ data }) => (data === undefined || data === null ? undefined : read(data)),
    isAsync,
  }
}
