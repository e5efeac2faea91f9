import { describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Leave,
  Message,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Param,
  Serial,
  Use,
} from 'enfilade'
import {
  compileControllers,
  definitionError,
  problemsOf,
} from '../../support/compile-controllers.js'
import { method } from '../../support/decorated-method.js'

const EVENT_MEND = "write @OnMessage('event', '/path')"
const SLASH_MEND = "start it with '/'"
const PATH_MEND = 'paths are path-to-regexp patterns: /users/:id, /files/*path, /users{/:id}'
const ROOM_MEND = 'use parameters that every path of the method has, or join by hand with @Rooms()'
const MARK = 'mark the class with @Controller(), parentheses included'
const pass = (_context: unknown, next: () => unknown): unknown => next()

class Bare {}

describe('the report of a start-up', () => {
  it.each<[string, MethodDecorator, string, string]>([
    ['an empty event', OnMessage(''), '@OnMessage(""): "" is no event', EVENT_MEND],
    ['two paths', OnMessage('/a', '/b'), '@OnMessage("/a", "/b"): "/a" is no event', EVENT_MEND],
    [
      'a path before an event',
      OnMessage('/a', 'b'),
      '@OnMessage("/a", "b"): "/a" is no event',
      EVENT_MEND,
    ],
    ['a number for an event', OnMessage(1 as never), '@OnMessage(1): 1 is no event', EVENT_MEND],
    [
      'a path without a slash',
      OnMessage('a', 'b'),
      '@OnMessage: the path "b" does not start with "/"',
      SLASH_MEND,
    ],
    [
      'a reserved event',
      OnMessage('$ping'),
      'event "$ping" is reserved',
      'events of the app do not start with "$"',
    ],
  ])('refuses %s', (_what, decorator, problem, mend) => {
    expect(problemsOf([method([decorator])])).toEqual([{ where: 'C.m', problem, mend }])
  })

  it.each<[string, string]>([
    ['/:', 'Missing parameter name at index 2'],
    ['/a?', 'Unexpected ?'],
    ['/*all/x', 'the wildcard "*all" must be the last segment, alone'],
    ['/:a/:a', 'the parameter ":a" stands twice'],
  ])('refuses the path %s', (path, reason) => {
    const [problem, ...more] = problemsOf([method([OnMessage('e', path)])])
    expect(more).toEqual([])
    expect(problem).toMatchObject({ where: 'C.m', mend: PATH_MEND })
    expect(problem?.problem).toContain(`bad path "${path}": ${reason}`)
  })

  it.each<[string, MethodDecorator]>([
    ['@OnJoin', OnJoin('/a?')],
    ['@OnLeave', OnLeave('/a?')],
  ])('refuses a bad pattern of %s', (_name, decorator) => {
    expect(problemsOf([method([decorator])])).toMatchObject([{ where: 'C.m', mend: PATH_MEND }])
  })

  it.each([['chat'], [1], [{}]])('refuses the prefix %j', (prefix) => {
    const C = method([OnMessage('e')], [], prefix as string)
    expect(problemsOf([C])).toEqual([
      {
        where: 'C',
        problem: expect.stringMatching(/^the prefix .+ is no path$/),
        mend: SLASH_MEND,
      },
    ])
  })

  it.each<[string, MethodDecorator]>([
    ['@Join', Join('/x/:b')],
    ['@Leave', Leave('/x/:b')],
    ['@Broadcast', Broadcast('e', { room: '/x/:b' })],
  ])('refuses %s with a parameter that the path does not have', (name, decorator) => {
    expect(problemsOf([method([OnMessage('e', '/:a'), decorator])])).toEqual([
      {
        where: 'C.m',
        problem: `${name}('/x/:b'): the path "/:a" does not always have ":b"`,
        mend: ROOM_MEND,
      },
    ])
  })

  it('refuses @Join with a parameter that only some paths of the method have', () => {
    const optional = method([OnMessage('e', '/a{/:b}'), Join('/x/:b')])
    const second = method([OnMessage('e', '/a/:b'), OnMessage('f', '/c'), Join('/x/:b')])
    expect(problemsOf([optional])).toMatchObject([{ where: 'C.m', mend: ROOM_MEND }])
    expect(problemsOf([second])).toMatchObject([{ problem: expect.stringContaining('"/c"') }])
  })

  it.each<[string, MethodDecorator, string]>([
    ['@Join', Join('lobby'), 'a path starts with "/"'],
    ['@Leave', Leave('/a?'), 'Unexpected ?'],
    ['@Broadcast', Broadcast('e', { room: 'lobby' }), 'a path starts with "/"'],
  ])('refuses a bad room of %s', (_name, decorator, reason) => {
    expect(problemsOf([method([OnMessage('e'), decorator])])).toEqual([
      { where: 'C.m', problem: expect.stringContaining(reason), mend: PATH_MEND },
    ])
  })

  it.each([[''], ['$x'], [1], [{ room: '/a' }]])('refuses @Broadcast(%j)', (event) => {
    expect(problemsOf([method([OnMessage('e'), Broadcast(event as string)])])).toEqual([
      {
        where: 'C.m',
        problem: expect.stringMatching(/^@Broadcast: .+ is no event of an app$/),
        mend: 'give a name that is not empty and does not start with "$"',
      },
    ])
  })

  it.each<[string, MethodDecorator]>([
    ['@Join', Join()],
    ['@Leave', Leave()],
    ['@Broadcast', Broadcast()],
    ['@Serial', Serial()],
  ])('refuses %s where no message is handled', (name, decorator) => {
    const expected = [
      { where: 'C.m', problem: `${name}, but it handles no message`, mend: 'add @OnMessage()' },
    ]
    expect(problemsOf([method([decorator])])).toEqual(expected)
    expect(problemsOf([method([OnConnect(), decorator])])).toEqual(expected)
  })

  it.each<[string, MethodDecorator]>([
    ['nothing', Use()],
    ['a disconnect', OnDisconnect()],
    ['a join', OnJoin()],
  ])('refuses @Use on what handles %s', (_what, decorator) => {
    expect(problemsOf([method([decorator, Use(pass)])])).toEqual([
      {
        where: 'C.m',
        problem: '@Use, but it handles no message and no connect',
        mend: 'add @OnMessage()',
      },
    ])
  })

  it.each<[string, unknown]>([
    ['an object', {}],
    ['undefined', undefined],
    ['"auth"', 'auth'],
    ['the class Bare', Bare],
  ])('refuses %s for middleware, of the app, a controller and a method', (name, item) => {
    @Controller()
    @Use(item as never)
    class C {
      @OnMessage()
      @Use(item as never)
      m(): void {}
    }
    const problem = `${name} is no middleware`
    const mend =
      'use a function (context, next) => result, or a class with a method handle(context, next)'
    expect(problemsOf([C], { use: [item] })).toEqual(
      ['createWsApp.use', 'C', 'C.m'].map((where) => ({ where, problem, mend })),
    )
  })

  it('refuses two routes of one place, and names both', () => {
    @Controller('/a')
    class First {
      @OnMessage('e', '/:x')
      one(): void {}
    }
    @Controller('/a')
    class Second {
      @OnMessage('e', '/:y')
      two(): void {}
      @OnMessage('other', '/:y')
      three(): void {}
    }
    expect(problemsOf([First, Second])).toEqual([
      {
        where: 'Second.two',
        problem: 'event "e" on "/a/:y" is handled by First.one already (as "/a/:x")',
        mend: 'give one of them another event or path',
      },
    ])
  })

  it('refuses the same @OnMessage twice', () => {
    expect(problemsOf([method([OnMessage('e'), OnMessage('e', '/')])])).toMatchObject([
      { where: 'C.m', problem: 'event "e" on "/" is handled by C.m already' },
    ])
  })

  it('refuses decorators on static methods and constructor parameters', () => {
    @Controller()
    class C {
      constructor(@Connection() _connection?: object) {}
      @OnMessage()
      static m(): void {}
      static n(@Message() _message: unknown): void {}
    }
    const mend = 'decorators of handlers and parameters belong on methods of an instance'
    const problems = problemsOf([C])
    expect(problems).toEqual(
      expect.arrayContaining([
        { where: 'C.static m', problem: '@OnMessage has no meaning here', mend },
        { where: 'C.static n', problem: '@Message has no meaning here', mend },
        { where: 'C.constructor', problem: '@Connection has no meaning here', mend },
      ]),
    )
  })

  it('refuses a handler that is no method', () => {
    @Controller()
    class C {
      @OnMessage()
      get m(): never {
        throw new Error('read at start-up')
      }
    }
    expect(problemsOf([C])).toEqual([
      { where: 'C.m', problem: 'is no method', mend: 'write it as a method: m() { … }' },
    ])
  })

  it.each<[string, unknown, string]>([
    ['null', null, 'null is no class'],
    ['an instance', new Bare(), 'an object is no class'],
    ['a path', './chat.js', '"./chat.js" is no class'],
  ])('refuses %s in controllers', (_what, item, problem) => {
    expect(problemsOf([item])).toEqual([
      {
        where: 'createWsApp.controllers[0]',
        problem,
        mend: 'list classes marked with @Controller()',
      },
    ])
  })

  it('refuses the function that @Controller without parentheses makes of a class', () => {
    const replaced: unknown = Controller(class {} as never)
    const where = 'a class without a name'
    expect(problemsOf([replaced])).toEqual([{ where, problem: 'is no controller', mend: MARK }])
  })

  it('refuses a class without @Controller, and one that is listed twice', () => {
    const C = method([OnMessage()])
    expect(problemsOf([Bare, C, C])).toEqual([
      {
        where: 'createWsApp.controllers[2]',
        problem: 'C is listed twice',
        mend: 'list each controller once',
      },
      { where: 'Bare', problem: 'is no controller', mend: MARK },
    ])
  })

  it('gathers everything in one error', () => {
    @Controller('rooms')
    class A {
      constructor(readonly url: string) {}
      @OnMessage('$x')
      one(): void {}
      @OnMessage('e', '/:a')
      @Join('/x/:b')
      two(@Param('c') _c: string, @Data() _data: Bare): void {}
    }
    class B {
      @OnMessage('e', '/:z')
      three(): void {}
    }
    Controller()(B)
    const error = definitionError([A, B, 'C'], { use: [1] })
    expect(error.problems.map(({ where }) => where)).toEqual([
      'createWsApp.use',
      'createWsApp.controllers[2]',
      'A',
      'A.constructor',
      'A.one',
      'A.two',
      'A.two',
      'A.two',
      'B.three',
    ])
    expect(error.message).toMatch(/^Enfilade cannot start: 9 problems found\.\n/)
    for (const { where, problem, mend } of error.problems) {
      expect(error.message).toContain(`  - ${where}: ${problem}\n    mend: ${mend}`)
    }
  })

  it('builds no controller when anything is wrong', () => {
    let built = 0
    @Controller()
    class Good {
      constructor() {
        built++
      }
    }
    problemsOf([Good, Bare])
    expect(built).toBe(0)
    compileControllers([Good])
    expect(built).toBe(1)
  })
})
