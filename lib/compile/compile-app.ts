import type { AppContainer } from '../di/app-container.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import type { Constructor } from '../metadata/records.js'
import type { WsRoomManager } from '../rooms/ws-room-manager.js'
import { RouteTable } from '../routing/route-table.js'
import type { CompiledApp, Route } from '../runtime/route.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import { compileController, type CompileTarget } from './compile-controller.js'
import { compileDocument, DocumentTarget } from './compile-document.js'
import { readController } from './controller-definition.js'
import { compileMiddleware } from './middleware.js'
import { Providers } from './providers.js'

/** What an app is compiled from. */
export interface CompileSource {
  readonly controllers: readonly unknown[]
  /** Middleware of the app. */
  readonly use: readonly unknown[]
  /** Milliseconds that handlers may take unless they say otherwise. Default: 0, no limit. */
  readonly handlerTimeout?: number
  readonly container: AppContainer
  readonly rooms: WsRoomManager<WsConnection>
  /** Faults found elsewhere, such as in options, to be reported together. */
  readonly problems: Problems
  /** Hears of what is right and yet hardly meant. */
  readonly warn?: (text: string) => void
}

/**
 * Reads the decorators of an explicit list of controllers and compiles them.
 *
 * @throws WsDefinitionError with everything that is wrong
 */
export function compileApp(source: CompileSource): CompiledApp {
  const { container, rooms, problems } = source
  const providers = new Providers(container, problems)
  const use = compileMiddleware(source.use, 'createWsApp.use', providers, problems)
  const table = new RouteTable<Route>()
  const target: CompileTarget = {
    table,
    connect: [],
    disconnect: [],
    join: [],
    leave: [],
    history: [],
    presence: [],
  }
  const idle: string[] = []
  const documents = new DocumentTarget()
  for (const type of distinctControllers(source)) {
    const definition = readController(type)
    if (definition.document) {
      compileDocument({ definition, use, container, providers, problems, target: documents })
      continue
    }
    idle.push(...(definition.methods.length === 0 ? [type.name] : []))
    const { handlerTimeout = 0 } = source
    const parts = { definition, use, handlerTimeout, providers, rooms, problems, target }
    compileController(parts)
  }
  problems.throwIfAny()
  providers.build()
  warnOfIdle(source, idle)
  return Object.freeze({
    match: (event: string, path: string) => table.match(event, path),
    suggest: (event: string, path: string) => table.suggest(event, path),
    connect: Object.freeze(target.connect),
    disconnect: Object.freeze(target.disconnect),
    join: Object.freeze(target.join),
    leave: Object.freeze(target.leave),
    history: Object.freeze(target.history),
    presence: Object.freeze(target.presence),
    documents: documents.finish(),
  })
}

/** Neither is an error: an app may only push, and a controller may live by what it is injected. */
function warnOfIdle({ controllers, warn }: CompileSource, idle: readonly string[]): void {
  if (controllers.length === 0) warn?.('there are no controllers: every message is answered by 404')
  for (const name of idle) {
    warn?.(`${name} handles nothing: none of its methods has a decorator such as @OnMessage()`)
  }
}

function distinctControllers({ controllers, problems }: CompileSource): Constructor[] {
  const seen = new Set<Constructor>()
  controllers.forEach((item, index) => {
    const where = `createWsApp.controllers[${index}]`
    if (typeof item !== 'function') {
      problems.add(
        where,
        `${showValue(item)} is no class`,
        'list classes marked with @Controller()',
      )
    } else if (seen.has(item as unknown as Constructor)) {
      problems.add(where, `${item.name} is listed twice`, 'list each controller once')
    } else {
      seen.add(item as unknown as Constructor)
    }
  })
  return [...seen]
}
