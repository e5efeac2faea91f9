import type { DependencyContainer, InjectionToken } from 'tsyringe'
import type { Constructor } from '../metadata/records.js'

interface Disposable {
  dispose(): unknown
}

/**
 * What an app registers and builds as long as nothing needs tsyringe: values, and singletons of
 * classes whose constructors take nothing.
 */
export class PlainInstances {
  readonly #values = new Map<unknown, unknown>()
  readonly #classes = new Set<Constructor>()
  readonly #disposables = new Set<Disposable>()

  register(token: unknown, value: unknown): void {
    this.#values.set(token, value)
  }

  /** Makes a class resolvable, as a singleton. */
  adopt(type: Constructor): void {
    this.#classes.add(type)
  }

  has(token: unknown): boolean {
    return this.#values.has(token) || this.#classes.has(token as Constructor)
  }

  /** The value of a token that it {@link has}. */
  resolve(token: unknown): unknown {
    if (this.#values.has(token)) return this.#values.get(token)
    const instance = new (token as new () => object)()
    if (isDisposable(instance)) this.#disposables.add(instance)
    this.#classes.delete(token as Constructor)
    this.#values.set(token, instance)
    return instance
  }

  /** Registers everything with a container. What has been built here is still disposed of here. */
  registerWith(container: DependencyContainer): void {
    for (const [token, value] of this.#values) {
      container.registerInstance(token as InjectionToken, value)
    }
    for (const type of this.#classes) container.registerSingleton(type as never)
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#disposables].map((instance) => instance.dispose()))
  }
}

/** As tsyringe tells them: a `dispose` that wants an argument is another method. */
function isDisposable(value: object): value is Disposable {
  const { dispose } = value as { dispose?: unknown }
  return typeof dispose === 'function' && dispose.length === 0
}
