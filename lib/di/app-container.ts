import type { DependencyContainer, InjectionToken } from 'tsyringe'
import type { Constructor } from '../metadata/records.js'
import { buildSingletons } from './build-singletons.js'
import { needsNothing } from './check-constructor.js'
import { classOf } from './dependencies.js'
import { findScoped } from './find-scoped.js'
import { isTsyringeLoaded, loadTsyringe } from './load-tsyringe.js'
import { PlainInstances } from './plain-instances.js'

/** Builds instances for one connection, and disposes of them with it. */
export interface Scope {
  resolve<T extends object>(type: Constructor<T>): T
  /** Disposes of the instances that have a `dispose` method. */
  dispose(): Promise<void> | void
}

/**
 * How a class is provided: one instance a connection, one an app, or as its owner registered it,
 * which may be by a value.
 */
export type Adoption = 'scoped' | 'singleton' | 'registered'

/**
 * The container of one app: a child of the user's, so that what the app registers stays its own.
 * Classes are singletons of the app unless they were registered otherwise.
 *
 * tsyringe takes a while to load, so the container is made when it is first needed: by a class that
 * has something injected, by what the user registered, by whoever asks for it.
 */
export class AppContainer {
  readonly #parent: DependencyContainer | undefined
  readonly #plain = new PlainInstances()
  #made: DependencyContainer | undefined
  #isDisposed = false

  /** @param parent default: the global container of tsyringe */
  constructor(parent?: DependencyContainer) {
    this.#parent = parent
  }

  get container(): DependencyContainer {
    return (this.#made ??= this.#make())
  }

  register(token: InjectionToken, value: unknown): void {
    if (this.#isNeeded()) this.container.registerInstance(token, value)
    else this.#plain.register(token, value)
  }

  has(token: InjectionToken): boolean {
    return this.#isNeeded() ? this.container.isRegistered(token, true) : this.#plain.has(token)
  }

  resolve<T>(token: InjectionToken<T>): T {
    const isPlain = !this.#isNeeded() && this.#plain.has(token)
    return isPlain ? (this.#plain.resolve(token) as T) : this.container.resolve(token)
  }

  /** Makes a class resolvable: as it was registered, else as a singleton of this app. */
  adopt(type: Constructor): Adoption {
    const token = type as InjectionToken<object>
    const isPlain = !this.#isNeeded() && needsNothing(type)
    if (!isPlain && this.#isScoped(token)) return 'scoped'
    if (this.has(token)) return 'registered'
    if (isPlain) this.#plain.adopt(type)
    else this.container.registerSingleton(type as never)
    return 'singleton'
  }

  /** Builds what a scoped class shares with others, so that no connection owns it. */
  prepare(type: Constructor): void {
    buildSingletons(type, this.container)
  }

  /** The class that is built for a token, unless it stands for a value, a factory or nothing. */
  classOf(token: unknown): Constructor | undefined {
    return classOf(token, this.container)
  }

  /**
   * Looks for what belongs to one connection in what a token needs to be built.
   *
   * @param isOwn whether a token is a connection's own by its nature
   * @returns the way to it, the token first
   */
  findScoped(token: unknown, isOwn: (token: unknown) => boolean): readonly unknown[] | undefined {
    return findScoped(token, this.container, isOwn)
  }

  /** A container for one connection. */
  createScope(values: readonly (readonly [InjectionToken, unknown])[]): Scope {
    const child = this.container.createChildContainer()
    for (const [token, value] of values) child.registerInstance(token, value)
    return {
      resolve: (type) => child.resolve(type as InjectionToken<never>),
      dispose: () => child.dispose(),
    }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    await Promise.all([this.#plain.dispose(), this.#made?.dispose()])
  }

  /** Before anybody has loaded tsyringe, no container can hold anything but what is plain. */
  #isNeeded(): boolean {
    return this.#made !== undefined || this.#parent !== undefined || isTsyringeLoaded()
  }

  #make(): DependencyContainer {
    const made = (this.#parent ?? loadTsyringe().container).createChildContainer()
    this.#plain.registerWith(made)
    // As late as this it holds nothing to dispose of, and only has to refuse what is asked of it.
    if (this.#isDisposed) void made.dispose()
    return made
  }

  /** A registration that a child gets a copy of is one per container: tsyringe's own meaning. */
  #isScoped(token: InjectionToken<object>): boolean {
    if (this.container.createChildContainer().isRegistered(token)) return true
    // `@scoped` registers with the global container: a parent made before that has no copy.
    const { container: global, Lifecycle } = loadTsyringe()
    if (!global.createChildContainer().isRegistered(token)) return false
    this.container.register(
      token,
      { useClass: token as never },
      {
        lifecycle: Lifecycle.ContainerScoped,
      },
    )
    return true
  }
}
