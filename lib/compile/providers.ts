import type { AppContainer } from '../di/app-container.js'
import { checkConstructor, type Fault, type InjectionFacts } from '../di/check-constructor.js'
import { WsDefinitionError, type DefinitionProblem } from '../errors/ws-definition-error.js'
import { errorText, showValue } from '../errors/show-value.js'
import type { Problems } from '../errors/problems.js'
import type { Constructor } from '../metadata/records.js'
import { LiveConnection } from '../runtime/live-connection.js'
import { WsConnection } from '../runtime/ws-connection.js'

const CONNECTION = {
  fault: 'is the connection, but there is one instance for all connections',
  mend: 'take it in the method, with @Connection(), or mark the class with @scoped(Lifecycle.ContainerScoped)',
}

/** Gives the instance that a handler runs on. */
export interface InstanceProvider {
  get(connection: WsConnection): object
}

class SingletonProvider implements InstanceProvider {
  instance: object | undefined

  get(): object {
    return this.instance as object
  }
}

/** The instances of controllers and middleware classes: one an app, or one a connection. */
export class Providers {
  readonly #container: AppContainer
  readonly #problems: Problems
  readonly #providers = new Map<Constructor, InstanceProvider>()

  constructor(container: AppContainer, problems: Problems) {
    this.#container = container
    this.#problems = problems
  }

  /** The provider of a class; what cannot be injected into it goes to the problems. */
  of(type: Constructor): InstanceProvider {
    const existing = this.#providers.get(type)
    if (existing) return existing
    const adoption = this.#container.adopt(type)
    const isScoped = adoption === 'scoped'
    if (adoption !== 'registered') {
      const facts: InjectionFacts = {
        isRegistered: (token) => this.#container.has(token),
        refusalOf: (token) => (isScoped ? undefined : this.#refusalOf(token)),
        classOf: (token) => (token === WsConnection ? undefined : this.#container.classOf(token)),
      }
      checkConstructor(type, facts, this.#problems)
    }
    const provider: InstanceProvider = isScoped
      ? { get: (connection) => this.#scopeOf(connection).resolve(type) }
      : new SingletonProvider()
    this.#providers.set(type, provider)
    return provider
  }

  /** Whether there is one instance a connection. */
  isScoped(type: Constructor): boolean {
    return !(this.of(type) instanceof SingletonProvider)
  }

  /**
   * Builds the singletons, once everything else has been found right: constructors may have effects.
   *
   * @throws WsDefinitionError that names the classes whose constructors threw
   */
  build(): void {
    const causes: unknown[] = []
    const problems: DefinitionProblem[] = []
    for (const [type, provider] of this.#providers) {
      try {
        if (provider instanceof SingletonProvider) {
          provider.instance = this.#container.resolve(type as never)
        } else {
          this.#container.prepare(type)
        }
      } catch (cause) {
        causes.push(cause)
        problems.push({
          where: `${type.name}.constructor`,
          problem: `failed: ${errorText(cause)}`,
          mend: 'see the cause; dependencies are registered before createWsApp is called',
        })
      }
    }
    if (problems.length === 0) return
    const cause = causes.length === 1 ? causes[0] : new AggregateError(causes)
    throw new WsDefinitionError(problems, { cause })
  }

  /** What belongs to one connection may not be held by an instance for all of them. */
  #refusalOf(token: unknown): Fault | undefined {
    if (token === WsConnection) return CONNECTION
    const way = this.#container.findScoped(token, (current) => current === WsConnection)
    return (
      way && {
        fault: `injects ${way.map(showValue).join(' > ')}: one per connection, into an instance for all connections`,
        mend: 'mark this class with @scoped(Lifecycle.ContainerScoped), too',
      }
    )
  }

  #scopeOf(connection: WsConnection) {
    if (!(connection instanceof LiveConnection)) throw new TypeError('no connection of this app')
    return (connection.scope ??= this.#container.createScope([[WsConnection as never, connection]]))
  }
}
