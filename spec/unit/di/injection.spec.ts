import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  container as globalContainer,
  delay,
  inject,
  injectAll,
  injectable,
  Lifecycle,
  scoped,
  type DependencyContainer,
} from 'tsyringe'
import { Controller, OnMessage, WsConnection } from 'enfilade'
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
