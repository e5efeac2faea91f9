import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  container as globalContainer,
  delay,
  inject,
  injectAll,
  injectable,
  Lifecycle,
  scoped,
  singleton,
  type DependencyContainer,
} from 'tsyringe'
import { Controller, OnMessage, Use, WsConnection, type WsContext } from 'enfilade'
import { AppContainer } from '../../../lib/di/app-container.js'
import {
  compileControllers,
  definitionError,
  problemsOf,
} from '../../support/compile-controllers.js'

let parent: DependencyContainer

beforeEach(() => {
  parent = globalContainer.createChildContainer()
})

const MEND_TYPE =
  'give it a class type imported without `import type`, or say what to inject: @inject(token)'
const MEND_METADATA =
  'compile with emitDecoratorMetadata, which esbuild and tsx cannot do, or say what to inject: @inject(token)'
const NO_TYPE = 'parameter #0 has no type at run time'

describe('constructor parameters', () => {
  class Archive {}

  it.each<[string, unknown, string]>([
    ['String', String, 'parameter #0 is typed String, which is no class'],
    ['Object', Object, 'parameter #0 is typed Object, which is no class'],
    ['Number', Number, 'parameter #0 is typed Number, which is no class'],
    ['undefined', undefined, NO_TYPE],
  ])('of type %s are refused', (_name, type, problem) => {
    class C {
      constructor(readonly value: unknown) {}
    }
    Reflect.defineMetadata('design:paramtypes', [type], C)
    Controller()(C)
    expect(problemsOf([C], { container: parent })).toEqual([
      { where: 'C.constructor', problem, mend: MEND_TYPE },
    ])
  })

  it('of a class without decorators are refused with the decorator to add', () => {
    class Auth {
      constructor(readonly archive: Archive) {}
      handle(): void {}
    }
    expect(problemsOf([], { use: [Auth], container: parent })).toEqual([
      {
        where: 'Auth.constructor',
        problem: NO_TYPE,
        mend: `mark Auth with @injectable(); if it is, ${MEND_METADATA}`,
      },
    ])
  })

  it('of a controller that was compiled without metadata are refused with the compiler to use', () => {
    class C {
      constructor(readonly archive: Archive) {}
    }
    Controller()(C)
    expect(problemsOf([C], { container: parent })).toEqual([
      { where: 'C.constructor', problem: NO_TYPE, mend: MEND_METADATA },
    ])
  })

  it.each<[string, string | symbol, string, string]>([
    ['a string', 'url', 'injects url, which is not registered', "container.register('url', …)"],
    [
      'a symbol',
      Symbol('url'),
      'injects Symbol(url), which is not registered',
      'container.register(token, …)',
    ],
  ])('that inject %s have to be registered', (_what, token, fault, mend) => {
    @Controller()
    class C {
      constructor(@inject(token) readonly url: string) {}
    }
    expect(problemsOf([C], { container: parent })).toEqual([
      {
        where: 'C.constructor',
        problem: `parameter #0 ${fault}`,
        mend: `${mend} before createWsApp`,
      },
    ])
    parent.register(token, { useValue: 'x' })
    expect(() => compileControllers([C], { container: parent })).not.toThrow()
  })

  it('that inject with a token are checked in a base, too', () => {
    @injectable()
    class Base {
      constructor(@inject('url') readonly url: string) {}
    }
    @Controller()
    class C extends Base {
      @OnMessage('e') m(): string {
        return this.url
      }
    }
    expect(problemsOf([C], { container: parent })).toMatchObject([
      { where: 'C.constructor', problem: 'parameter #0 injects url, which is not registered' },
    ])
    parent.registerInstance('url', 'x')
    expect(compileControllers([C], { container: parent }).run('e', '/')).toBe('x')
  })

  it('may be optional, several, late, or have defaults', () => {
    @Controller()
    class C {
      constructor(
        readonly archive: Archive,
        @inject('missing', { isOptional: true }) readonly missing: unknown,
        @injectAll('all', { isOptional: true }) readonly all: unknown[],
        @inject(delay(() => Archive)) readonly late: unknown,
      ) {}
    }
    expect(() => compileControllers([C], { container: parent })).not.toThrow()
  })

  it('of a base are those of a class without a constructor of its own', () => {
    @injectable()
    class Base {
      constructor(readonly archive: Archive) {}
    }
    @Controller()
    class C extends Base {
      @OnMessage('e') m(): boolean {
        return this.archive instanceof Archive
      }
    }
    expect(compileControllers([C], { container: parent }).run('e', '/')).toBe(true)
  })

  it('that get the connection are refused unless the class is one per connection', () => {
    @Controller()
    class C {
      constructor(readonly connection: WsConnection) {}
    }
    expect(problemsOf([C], { container: parent })).toEqual([
      {
        where: 'C.constructor',
        problem: 'parameter #0 is the connection, but there is one instance for all connections',
        mend: 'take it in the method, with @Connection(), or mark the class with @scoped(Lifecycle.ContainerScoped)',
      },
    ])
  })

  it.each([
    ['directly', (paddle: unknown) => paddle, 'Paddle'],
    [
      'by way of a service',
      (paddle: unknown) => {
        @injectable()
        class Desk {
          constructor(@inject(paddle as never) readonly held: object) {}
        }
        return Desk
      },
      'Desk > Paddle',
    ],
  ])('that get what is one per connection %s are refused', (_way, wrap, way) => {
    @scoped(Lifecycle.ContainerScoped)
    class Paddle {}
    const dependency = wrap(Paddle)
    @Controller()
    class C {
      constructor(@inject(dependency as never) readonly held: object) {}
    }
    expect(problemsOf([C], { container: parent })).toEqual([
      {
        where: 'C.constructor',
        problem: `parameter #0 injects ${way}: one per connection, into an instance for all connections`,
        mend: 'mark this class with @scoped(Lifecycle.ContainerScoped), too',
      },
    ])
  })

  it('of services are checked, too, and reported once for all who need them', () => {
    @injectable()
    class Broken {
      constructor(
        @inject('not-there') readonly value: unknown,
        readonly url: string,
      ) {}
    }
    @injectable()
    class Desk {
      constructor(readonly broken: Broken) {}
    }
    @Controller('/a')
    class A {
      constructor(readonly desk: Desk) {}
    }
    @Controller('/b')
    class B {
      constructor(@inject('alias') readonly broken: Broken) {}
    }
    parent.register('alias', { useToken: Broken })
    expect(problemsOf([A, B], { container: parent })).toMatchObject([
      {
        where: 'Broken.constructor',
        problem: 'parameter #0 injects not-there, which is not registered',
      },
      { where: 'Broken.constructor', problem: 'parameter #1 is typed String, which is no class' },
    ])
  })

  it('that are services without a decorator are refused with the decorator to add', () => {
    class Store {
      constructor(readonly archive: Archive) {}
    }
    @Controller()
    class C {
      constructor(readonly store: Store) {}
    }
    expect(problemsOf([C], { container: parent })).toEqual([
      {
        where: 'C.constructor',
        problem: 'parameter #0 injects Store, whose own parameters have no types at run time',
        mend: expect.stringContaining('mark Store with @injectable() or @singleton(), or register'),
      },
    ])
    parent.registerInstance(Store, new Store(new Archive()))
    expect(() => compileControllers([C], { container: parent })).not.toThrow()
  })

  it('that end in a circle are refused with the way around it', () => {
    @injectable()
    class Hen {
      constructor(@inject('egg') readonly egg: unknown) {}
    }
    @injectable()
    class Egg {
      constructor(readonly hen: Hen) {}
    }
    @Controller()
    class C {
      constructor(readonly hen: Hen) {}
    }
    parent.register('egg', { useClass: Egg })
    expect(problemsOf([C], { container: parent })).toMatchObject([
      { where: 'Egg.constructor', problem: 'parameter #0 ends in a circle: Hen > Egg > Hen' },
    ])
  })

  it('that cannot be resolved are all reported together', () => {
    class Broken {}
    parent.register(Broken, {
      useFactory: () => {
        throw new Error('not there')
      },
    })
    @Controller('/a')
    class A {
      constructor(readonly broken: Broken) {}
    }
    @Controller('/b')
    class B {
      constructor() {
        throw new Error('no database')
      }
    }
    const error = definitionError([A, B], { container: parent })
    expect(error.problems).toEqual([
      {
        where: 'A.constructor',
        problem: expect.stringContaining('not there'),
        mend: expect.stringContaining('see the cause'),
      },
      { where: 'B.constructor', problem: 'failed: no database', mend: expect.any(String) },
    ])
    expect(error.cause).toBeInstanceOf(AggregateError)
  })

  it('leave the cause of a constructor that threw', () => {
    const cause = new Error('no database')
    @Controller()
    class C {
      constructor() {
        throw cause
      }
    }
    expect(definitionError([C], { container: parent }).cause).toBe(cause)
  })
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
