import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  container as globalContainer,
  inject,
  injectable,
  Lifecycle,
  scoped,
  singleton,
  type DependencyContainer,
} from 'tsyringe'
import { Controller, OnMessage, Use, WsConnection, type WsContext } from 'enfilade'
import { AppContainer } from '../../../lib/di/app-container.js'
import { compileControllers } from '../../support/compile-controllers.js'

let parent: DependencyContainer

beforeEach(() => {
  parent = globalContainer.createChildContainer()
})

describe('instances', () => {
  it('are one an app, shared by controllers and middleware that name them', () => {
    let built = 0
    @singleton()
    class Archive {
      constructor() {
        built++
      }
    }
    @injectable()
    class Auth {
      constructor(readonly archive: Archive) {}
      handle(context: WsContext, next: () => unknown): unknown {
        return [context.event, this.archive, next()]
      }
    }
    @Controller()
    @Use(Auth)
    class C {
      constructor(readonly archive: Archive) {}
      @OnMessage('e') @Use(Auth) m(): Archive {
        return this.archive
      }
    }
    const { run } = compileControllers([C], { container: parent, use: [Auth] })
    const [event, archive, rest] = run('e', '/') as [string, Archive, unknown]
    expect(event).toBe('e')
    expect(rest).toEqual(['e', archive, ['e', archive, archive]])
    expect(built).toBe(1)
  })

  it.each<[string, (container: DependencyContainer, type: never, fake: object) => void]>([
    ['a value', (container, type, fake) => container.registerInstance(type, fake as never)],
    [
      'a factory',
      (container, type, fake) => container.register(type, { useFactory: () => fake as never }),
    ],
  ])('are what they were registered as: %s', (_what, register) => {
    @Controller()
    class C {
      constructor(readonly url: string) {}
      @OnMessage('e') m(): string {
        return this.url
      }
    }
    register(parent, C as never, new C('fake'))
    expect(compileControllers([C], { container: parent }).run('e', '/')).toBe('fake')
  })

  it('of one app are not those of another', () => {
    let built = 0
    @Controller()
    class C {
      constructor() {
        built++
      }
    }
    compileControllers([C], { container: parent })
    compileControllers([C], { container: parent })
    expect(built).toBe(2)
    expect(parent.isRegistered(C, true)).toBe(false)
  })

  it('that are scoped are one per connection, and are given the connection', () => {
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class C {
      count = 0
      constructor(readonly connection: WsConnection) {}
      @OnMessage('e') m(): unknown[] {
        return [++this.count, this.connection]
      }
    }
    const { run, connection } = compileControllers([C], { container: parent })
    expect(run('e', '/')).toEqual([1, connection])
    expect(run('e', '/')).toEqual([2, connection])
  })
})

describe('singletons that only instances of a connection need', () => {
  class Archive {
    isOpen = true
    dispose(): void {
      this.isOpen = false
    }
  }
  @injectable()
  class Store {
    constructor(readonly archive: Archive) {}
  }

  it.each<[string, (container: DependencyContainer) => void, ParameterDecorator | undefined]>([
    ['by type', (container) => container.registerSingleton(Archive), undefined],
    ['by token', (container) => container.registerSingleton('archive', Archive), inject('archive')],
  ])('found %s outlive the connection', async (_how, register, decorator) => {
    class C {
      constructor(readonly archive: Archive) {}
      @OnMessage('e') m(): Archive {
        return this.archive
      }
    }
    Reflect.defineMetadata('design:paramtypes', [Archive], C)
    decorator?.(C, undefined, 0)
    Controller()(C)
    scoped(Lifecycle.ContainerScoped)(C)
    register(parent)
    const { run, connection } = compileControllers([C], { container: parent })
    const archive = run('e', '/') as Archive
    await connection.scope?.dispose()
    expect(archive.isOpen).toBe(true)
  })

  it('are found behind what is made anew for each', async () => {
    @scoped(Lifecycle.ContainerScoped)
    @Controller()
    class C {
      constructor(readonly store: Store) {}
      @OnMessage('e') m(): Archive {
        return this.store.archive
      }
    }
    parent.registerSingleton(Archive)
    const { run, connection } = compileControllers([C], { container: parent })
    const archive = run('e', '/') as Archive
    await connection.scope?.dispose()
    expect(archive.isOpen).toBe(true)
  })
})

describe('AppContainer', () => {
  it('registers in a child: the parent stays as it was', () => {
    const app = new AppContainer(parent)
    app.register('token', 'value')
    expect(app.resolve('token')).toBe('value')
    expect(app.has('token')).toBe(true)
    expect(parent.isRegistered('token')).toBe(false)
  })

  it('sees what the parent has', () => {
    parent.registerInstance('token', 'value')
    expect(new AppContainer(parent).has('token')).toBe(true)
  })

  it('disposes of what belongs to a connection with its scope', async () => {
    const disposed: string[] = []
    @scoped(Lifecycle.ContainerScoped)
    class Scoped {
      dispose(): void {
        disposed.push('scoped')
      }
    }
    const app = new AppContainer(parent)
    app.adopt(Scoped)
    const scope = app.createScope([['value' as never, 1]])
    expect(scope.resolve(Scoped)).toBe(scope.resolve(Scoped))
    expect(app.createScope([]).resolve(Scoped)).not.toBe(scope.resolve(Scoped))
    await scope.dispose()
    expect(disposed).toEqual(['scoped'])
  })
})
