import { describe, expect, it } from '@jest/globals'
import { IsInt, IsString } from 'class-validator'
import {
  Connection,
  Controller,
  Data,
  Message,
  OnConnect,
  OnJoin,
  OnMessage,
  Param,
  Rooms,
  Serial,
  Server,
  Session,
  Use,
  type WsMiddleware,
} from 'enfilade'
import { compileControllers, problemsOf } from '../../support/compile-controllers.js'

/** Middleware that writes its name before and after. */
function tracing(trace: string[], name: string): WsMiddleware {
  return (_context, next) => {
    trace.push(name)
    const result = next()
    trace.push(`/${name}`)
    return result
  }
}

describe('paths of handlers', () => {
  @Controller('/a/:x')
  class Relative {
    @OnMessage() none(): string {
      return 'none'
    }
    @OnMessage('e') event(): string {
      return 'event'
    }
    @OnMessage('/p') path(): string {
      return 'path'
    }
    @OnMessage('e', '/p') both(): string {
      return 'both'
    }
    @OnMessage('e', '/') root(): string {
      return 'never'
    }
  }

  it('are relative to the prefix, with "/" for the prefix itself', () => {
    expect(problemsOf([Relative])).toMatchObject([
      { where: 'Relative.root', problem: expect.stringContaining('handled by Relative.event') },
    ])
  })

  it.each([
    ['message', '/a/1', 'none'],
    ['e', '/a/1', 'event'],
    ['message', '/a/1/p', 'path'],
    ['e', '/a/1/p', 'both'],
  ])('event %s on %s is handled by %s', (event, path, result) => {
    @Controller('/a/:x')
    class C {
      @OnMessage() none(): string {
        return 'none'
      }
      @OnMessage('e') event(): string {
        return 'event'
      }
      @OnMessage('/p') path(): string {
        return 'path'
      }
      @OnMessage('e', '/p') both(): string {
        return 'both'
      }
    }
    expect(compileControllers([C]).run(event, path)).toBe(result)
  })

  it.each([undefined, '', '/'])('stand alone under the prefix %j', (prefix) => {
    class C {
      @OnMessage('e', '/p') m(): string {
        return 'm'
      }
      @OnMessage('e') n(): string {
        return 'n'
      }
    }
    Controller(prefix)(C)
    const { run } = compileControllers([C])
    expect(run('e', '/p')).toBe('m')
    expect(run('e', '/')).toBe('n')
  })

  it('may be several on one method', () => {
    @Controller('/c')
    class C {
      @OnMessage('a')
      @OnMessage('b')
      @OnMessage('a', '/other{/:id}')
      m(@Message() { event, path }: { event: string; path: string }): string {
        return `${event} ${path}`
      }
    }
    const { run } = compileControllers([C])
    expect(run('a', '/c')).toBe('a /c')
    expect(run('b', '/c')).toBe('b /c')
    expect(run('a', '/c/other/1')).toBe('a /c/other/1')
  })

  it('may end in a slash that the prefix has, too', () => {
    @Controller('/c/')
    class C {
      @OnMessage('e', '/p') m(): string {
        return 'm'
      }
    }
    expect(compileControllers([C]).run('e', '/c/p')).toBe('m')
  })

  it('take static before mixed before parameter before wildcard, whatever the order', () => {
    @Controller('/p')
    class C {
      @OnMessage('e', '/*rest') wildcard(): string {
        return 'wildcard'
      }
      @OnMessage('e', '/:id') param(): string {
        return 'param'
      }
      @OnMessage('e', '/v:id') mixed(): string {
        return 'mixed'
      }
      @OnMessage('e', '/v1') text(): string {
        return 'static'
      }
    }
    const { run } = compileControllers([C])
    const results = ['/p/v1', '/p/v2', '/p/x', '/p/x/y'].map((path) => run('e', path))
    expect(results).toEqual(['static', 'mixed', 'param', 'wildcard'])
  })
})

describe('parameters of handlers', () => {
  class Point {
    @IsInt() x!: number
  }

  it('get what their decorators say', () => {
    @Controller('/c/:room')
    class C {
      @OnMessage('e', '/*rest')
      m(
        @Param() params: object,
        @Param('room') room: string,
        @Param('rest') rest: string,
        @Data() data: Point,
        @Message() message: object,
        @Connection() connection: object,
        @Session() session: object,
        @Session('name') name: string,
        @Server() server: object,
        @Rooms() rooms: { rooms(): string[] },
      ): unknown[] {
        return [params, room, rest, data, message, connection, session, name, server, rooms.rooms()]
      }
    }
    const { run, connection, host } = compileControllers([C])
    const params = { room: 'é b', rest: 'x/y' }
    const path = '/c/%C3%A9%20b/x/y'
    const result = run('e', path, { x: 1 }) as unknown[]
    expect(result[3]).toBeInstanceOf(Point)
    expect(result).toEqual([
      ...[params, 'é b', 'x/y', { x: 1 }],
      { event: 'e', path, params, data: { x: 1 }, id: 1, raw: '' },
      ...[connection, { name: 'Ann' }, 'Ann', host.server, []],
    ])
  })

  it.each([0, 1, 2, 3, 4, 5, 6])('come in order, %s of them', (count) => {
    class C {
      m(...args: unknown[]): unknown[] {
        return args
      }
    }
    for (let index = 0; index < count; index++) Param(`p${index}`)(C.prototype, 'm', index)
    const path = Array.from({ length: count }, (_, index) => `/:p${index}`).join('')
    const descriptor = Object.getOwnPropertyDescriptor(C.prototype, 'm')!
    OnMessage('e', `/c${path}`)(C.prototype, 'm', descriptor)
    Controller()(C)
    const values = Array.from({ length: count }, (_, index) => `v${index}`)
    expect(compileControllers([C]).run('e', `/${['c', ...values].join('/')}`)).toEqual(values)
  })

  it('may have defaults, and the optional part of a path may be missing', () => {
    @Controller()
    class C {
      @OnMessage('e', '/c{/:id}')
      m(@Param('id') id = 'none', more = 'more'): string {
        return `${id} ${more}`
      }
    }
    const { run } = compileControllers([C])
    expect(run('e', '/c')).toBe('none more')
    expect(run('e', '/c/7')).toBe('7 more')
  })

  it('of a session that is nothing are undefined', () => {
    @Controller()
    class C {
      @OnMessage('e') m(@Session('name') name: unknown): string {
        return String(name)
      }
    }
    const { app, host, connection } = compileControllers([C])
    Object.assign(connection, { session: null })
    const context = { connection, session: null, host } as never
    expect(app.match('e', '/')?.route.run(context)).toBe('undefined')
  })

  it('keep the handler from running when the data is wrong', () => {
    let ran = false
    @Controller()
    class C {
      @OnMessage('e') m(@Data() _data: Point): void {
        ran = true
      }
    }
    expect(() => compileControllers([C]).run('e', '/', { x: 'text' })).toThrow('Invalid data')
    expect(ran).toBe(false)
  })
})

describe('controllers that extend others', () => {
  class Text {
    @IsString() text!: string
  }

  @Controller('/base/:id')
  abstract class Base {
    @OnMessage('kept') kept(@Param('id') id: string): string {
      return `base kept ${id}`
    }
    @OnMessage('body') body(@Param('id') id: string, @Data() said: Text): string {
      return `base ${id} ${said.text}`
    }
    @OnMessage('moved') moved(): string {
      return 'base moved'
    }
  }

  @Controller('/derived/:id')
  class Derived extends Base {
    override body(id: string, said: Text): string {
      return `derived ${id} ${said.text} ${said instanceof Text}`
    }
    @OnMessage('elsewhere') override moved(): string {
      return 'derived moved'
    }
    @OnMessage('own') own(): string {
      return 'own'
    }
  }

  it.each([
    ['kept', undefined, 'base kept 7'],
    ['body', { text: 'hi' }, 'derived 7 hi true'],
    ['elsewhere', undefined, 'derived moved'],
    ['own', undefined, 'own'],
  ])('handle %s', (event, data, result) => {
    expect(compileControllers([Derived]).run(event, '/derived/7', data)).toBe(result)
  })

  it('handle nothing any more by decorators that an override replaced', () => {
    const { app } = compileControllers([Derived])
    expect(app.match('moved', '/derived/7')).toBeUndefined()
    expect(app.match('kept', '/base/7')).toBeUndefined()
  })

  it('may share a base, each under its own prefix', () => {
    @Controller('/second/:id')
    class Second extends Base {}
    const { run } = compileControllers([Derived, Second])
    expect(run('kept', '/derived/1')).toBe('base kept 1')
    expect(run('kept', '/second/2')).toBe('base kept 2')
  })

  it('are controllers without @Controller, under the prefix of the base', () => {
    class Plain extends Base {}
    expect(compileControllers([Plain]).run('kept', '/base/3')).toBe('base kept 3')
  })

  it('leave the base as it was', () => {
    class Concrete extends Base {}
    compileControllers([Derived])
    expect(compileControllers([Concrete]).run('moved', '/base/1')).toBe('base moved')
  })

  it('are reported by their own names', () => {
    class Plain extends Base {
      @OnMessage('own', '/:nope') override kept(@Param('none') id: string): string {
        return id
      }
    }
    expect(problemsOf([Plain]).map(({ where }) => where)).toEqual(['Plain.kept'])
  })

  it('run the middleware of the base first, and wait when the base is @Serial', () => {
    const trace: string[] = []
    @Controller()
    @Serial()
    @Use(tracing(trace, 'base'))
    class Outer {
      @OnMessage('e') m(): void {}
    }
    @Controller()
    @Use(tracing(trace, 'derived'))
    class Inner extends Outer {}
    const { run, app } = compileControllers([Inner])
    run('e', '/')
    expect(trace).toEqual(['base', 'derived', '/derived', '/base'])
    expect(app.match('e', '/')?.route.serialKey).toBeDefined()
  })

  it('run hooks of the base too', () => {
    class Hooks {
      @OnConnect() connected(): void {}
      @OnJoin() joined(): void {}
    }
    @Controller('/rooms')
    class C extends Hooks {
      override connected(): void {}
    }
    const { app } = compileControllers([C])
    expect(app.connect.map(({ handler }) => handler)).toEqual(['C.connected'])
    expect(app.join.map(({ match }) => [match('/rooms'), match('/other')])).toEqual([
      [{}, undefined],
    ])
  })
})

describe('@Serial', () => {
  it('of a controller makes one queue, of a method one for each, and none without', () => {
    @Controller('/a')
    @Serial()
    class All {
      @OnMessage('one') one(): void {}
      @OnMessage('two') two(): void {}
    }
    @Controller('/b')
    class Some {
      @Serial() @OnMessage('one') @OnMessage('again') one(): void {}
      @Serial() @OnMessage('two') two(): void {}
      @OnMessage('three') three(): void {}
    }
    const { app } = compileControllers([All, Some])
    const key = (event: string, path: string): object | undefined =>
      app.match(event, path)?.route.serialKey
    expect(key('one', '/a')).toBeDefined()
    expect(key('one', '/a')).toBe(key('two', '/a'))
    expect(key('one', '/b')).toBeDefined()
    expect(key('one', '/b')).toBe(key('again', '/b'))
    expect(key('one', '/b')).not.toBe(key('two', '/b'))
    expect(key('three', '/b')).toBeUndefined()
  })
})

describe('the compiled app', () => {
  it('is frozen', () => {
    const { app } = compileControllers([])
    const parts = [app, app.connect, app.disconnect, app.join, app.leave]
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true))
  })
})
