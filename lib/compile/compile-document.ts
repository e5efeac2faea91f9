import type { AppContainer } from '../di/app-container.js'
import { resolveGiven } from '../di/resolve-given.js'
import { BroadcastTransport, WorkerOwners } from '../di/tokens.js'
import type { DocumentDefinition, DocumentHook } from '../documents/app/document-definition.js'
import type { CompiledDocuments, DocumentKit } from '../documents/app/document-kit.js'
import type { DocumentSettings } from '../documents/app/document-settings.js'
import type { DocumentStorages } from '../documents/storage/document-storage.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import type { DocumentHookKind, DocumentHookRecord, MethodRecord } from '../metadata/records.js'
import type { Pattern } from '../routing/pattern.js'
import { RouteTable } from '../routing/route-table.js'
import type { WsMiddleware } from '../runtime/middleware.js'
import { compileArguments, findMethod } from './arguments.js'
import { compose, type Runner } from './compose.js'
import type { ControllerDefinition } from './controller-definition.js'
import { readOptions } from './decorator-options.js'
import { compileDocumentHook, type GivenKind } from './document-hooks.js'
import { compileInvocation } from './invocation.js'
import { compileMiddleware } from './middleware.js'
import { readPattern } from './paths.js'
import type { InstanceProvider, Providers } from './providers.js'

/** What a document is compiled with. */
export interface DocumentSource {
  readonly definition: ControllerDefinition
  /** Middleware of the app. */
  readonly use: readonly WsMiddleware[]
  readonly container: AppContainer
  readonly providers: Providers
  readonly problems: Problems
  readonly target: DocumentTarget
}

/** The documents that have been compiled so far. */
export class DocumentTarget {
  readonly #table = new RouteTable<DocumentDefinition>()
  readonly #all: DocumentDefinition[] = []
  #kit: DocumentKit | undefined

  add(kit: DocumentKit, pattern: Pattern, document: DocumentDefinition): string | undefined {
    this.#kit ??= kit
    const taken = this.#table.add('document', pattern, document)
    this.#all.push(document)
    return taken?.name
  }

  /** All of them; `undefined` for none. */
  finish(): CompiledDocuments | undefined {
    if (!this.#kit) return undefined
    const match = (path: string) => this.#table.match('document', path)
    return Object.freeze({ kit: this.#kit, all: Object.freeze(this.#all), match })
  }
}

/** What the methods of one document share. */
interface DocumentParts extends DocumentSource {
  readonly name: string
  readonly provider: InstanceProvider
  readonly pattern: Pattern
  readonly settings: DocumentSettings
}

/** A method, as one of the things it is for. */
interface HookedMethod {
  readonly method: MethodRecord
  readonly hook: DocumentHookRecord
  readonly where: string
}

/** Compiles a `@Document` class into the target; everything wrong with it goes to the problems. */
export function compileDocument(source: DocumentSource): void {
  const { definition, providers, problems, container, target } = source
  const { type, document } = definition
  const { name } = type
  const kit = document?.kit as DocumentKit
  checkClass(definition, problems)
  const pattern = readPattern(document?.path, name, problems)
  const settings = readSettings(kit, { definition, container, problems })
  const provider = providers.of(type)
  if (providers.isScoped(type)) {
    const mend = 'take @scoped away: a document has one instance for all its connections'
    problems.add(name, 'is built for each connection', mend)
  }
  if (!pattern) return
  const parts = { ...source, name, provider, pattern, settings }
  const compiled = compileHooks(parts)
  const taken = target.add(kit, pattern, { name, pattern: pattern.source, settings, ...compiled })
  if (taken === undefined) return
  const mend = 'give one of them another path'
  problems.add(name, `the documents of "${pattern.source}" are those of ${taken} already`, mend)
}

/** What is looked for in owners; what they are, the documents know. */
type OwnersMethods = Record<'claim' | 'renew' | 'release', unknown>

function readSettings(
  kit: DocumentKit,
  {
    definition: { type, document },
    container,
    problems,
  }: Pick<DocumentSource, 'definition' | 'container' | 'problems'>,
): DocumentSettings {
  const { name } = type
  const place = { decorator: '@Document', where: name, problems }
  const options = readOptions(document?.options, kit.optionNames, place)
  const settings = kit.readOptions(options, (problem, mend) =>
    problems.add(name, `@Document: ${problem}`, mend),
  )
  const { storage } = settings
  const owners = settings.owners ?? ownersOf(settings, container)
  const resolve = <T extends object>(given: unknown, what: string, methods: (keyof T & string)[]) =>
    resolveGiven(given as T, container, {
      ...{ what, methods, where: `${name}: @Document: ${what}`, problems },
    })
  if (owners !== undefined && !container.has(BroadcastTransport)) {
    const mend = 'give createWsApp a broadcastTransport, or take owners away'
    problems.add(name, '@Document: owners, but processes have nothing to talk over', mend)
  }
  return {
    ...settings,
    ...(storage !== undefined && {
      storage: resolve<DocumentStorages>(storage, 'storage', ['open']),
    }),
    ...(owners !== undefined && {
      owners: resolve<OwnersMethods>(owners, 'owners', ['claim', 'renew', 'release']),
    }),
  }
}

/** Workers of one program keep apart by themselves; of several writers only an engine with sockets makes one. */
function ownersOf({ engines }: DocumentSettings, container: AppContainer): unknown {
  const isOwned = engines.carrier === 'messages' && container.has(WorkerOwners)
  return isOwned ? container.resolve(WorkerOwners) : undefined
}

function compileHooks(
  parts: DocumentParts,
): Pick<DocumentDefinition, 'access' | 'canWrite' | 'commit' | 'sessionRemoved'> {
  const { definition, name, problems } = parts
  const hooks = definition.methods.flatMap((method) => {
    const where = `${name}.${String(method.name)}`
    checkMethod(definition, { method, where }, problems)
    return method.documentHooks.map((hook): HookedMethod => ({ method, hook, where }))
  })
  const of = (kind: DocumentHookKind): HookedMethod[] =>
    hooks.filter(({ hook }) => hook.kind === kind)
  const listeners = (kind: GivenKind): DocumentHook[] =>
    of(kind).map((one) => given(parts, kind, one))
  return {
    access: compileAccess(parts, of('access')),
    canWrite: compileRules(parts, of('canWrite')),
    commit: listeners('commit'),
    sessionRemoved: listeners('sessionRemoved'),
  }
}

function given(
  parts: DocumentParts,
  kind: GivenKind,
  { method, where }: HookedMethod,
): DocumentHook {
  const { definition, provider, pattern, problems } = parts
  const { type } = definition
  return compileDocumentHook({
    ...{ type, kind, method, where, provider, params: pattern.names, problems },
  })
}

function compileAccess(
  parts: DocumentParts,
  [first, ...others]: readonly HookedMethod[],
): DocumentDefinition['access'] {
  const { definition, use, providers, provider, pattern, problems, name } = parts
  for (const { where } of others) {
    problems.add(where, `@Access(), but ${first?.where ?? ''} has it already`, 'keep one of them')
  }
  const handler = first?.where ?? name
  const own = [
    ...compileMiddleware(definition.middleware, name, providers, problems),
    ...compileMiddleware(first?.method.middleware ?? [], handler, providers, problems),
  ]
  let core: Runner = () => 'write'
  if (first) {
    const uses = [{ kind: 'document', params: pattern.names, pattern: pattern.source }] as const
    const { method } = first
    const source = { type: definition.type, method, where: handler, uses, problems }
    core = compileInvocation(provider, method.name, compileArguments(source))
  }
  return { handler, run: compose([...use, ...own], core) }
}

function compileRules(
  parts: DocumentParts,
  methods: readonly HookedMethod[],
): Readonly<Record<string, DocumentHook>> {
  const { problems, settings } = parts
  const { types = [] } = settings.engines
  const rules = new Map<string, DocumentHook>()
  for (const one of methods) {
    const rule = given(parts, 'canWrite', one)
    if (one.hook.types.length === 0) {
      problems.add(one.where, '@CanWrite names no type of record', "write @CanWrite('note')")
    }
    for (const type of one.hook.types) {
      if (typeof type !== 'string' || !types.includes(type)) {
        const mend = types.length === 0 ? 'it has none' : `it has ${types.join(', ')}`
        problems.add(one.where, `@CanWrite: the document has no records ${showValue(type)}`, mend)
      } else if (rules.has(type)) {
        const taken = rules.get(type)?.handler ?? ''
        problems.add(one.where, `@CanWrite('${type}'), but ${taken} has it already`, 'keep one')
      } else rules.set(type, rule)
    }
  }
  return Object.fromEntries(rules)
}

/** What belongs to controllers. */
function checkClass({ type, ...definition }: ControllerDefinition, problems: Problems): void {
  const { isController, presence, serial, timeout, rateLimit, misplaced } = definition
  const { name } = type
  if (isController) {
    problems.add(name, 'is a controller and a document', 'make two classes of it')
  }
  const foreign = [
    ...(presence ? ['Presence'] : []),
    ...(serial ? ['Serial'] : []),
    ...(timeout === undefined ? [] : ['Timeout']),
    ...(rateLimit === undefined ? [] : ['RateLimit']),
  ]
  for (const decorator of foreign) {
    const mend = decorator === 'Presence' ? 'use the option presence' : 'it is for controllers'
    problems.add(name, `@${decorator} has no meaning for a document`, mend)
  }
  for (const { decorator, where } of misplaced) {
    const mend = 'decorators of hooks and parameters belong on methods of an instance'
    problems.add(`${name}.${where}`, `@${decorator} has no meaning here`, mend)
  }
}

function checkMethod(
  { type }: ControllerDefinition,
  { method, where }: Pick<HookedMethod, 'method' | 'where'>,
  problems: Problems,
): void {
  if (!findMethod(type, method.name)) {
    problems.add(where, 'is no method', `write it as a method: ${String(method.name)}() { … }`)
  }
  const handled = [method.routes, method.lifecycle, method.roomHooks, method.memberships]
  const isHandler = [...handled, method.broadcasts].some(({ length }) => length > 0)
  const isLimited = method.timeout !== undefined || method.rateLimit !== undefined || method.serial
  if (isHandler || isLimited) {
    problems.add(where, 'handles messages, in a document', 'move it to a @Controller() class')
  } else if (method.documentHooks.length === 0) {
    const mend = 'add @Access(), @CanWrite(), @OnCommit() or @OnSessionRemoved()'
    problems.add(where, 'has decorators, but is no hook of the document', mend)
  } else if (
    method.middleware.length > 0 &&
    method.documentHooks.every(({ kind }) => kind !== 'access')
  ) {
    problems.add(where, '@Use, but it does not decide over access', 'put it on the class')
  }
}
