import { describe, expect, it } from '@jest/globals'
import { IsString } from 'class-validator'
import {
  Connection,
  Controller,
  Data,
  Message,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Param,
} from 'enfilade'
import { problemsOf } from '../../support/compile-controllers.js'
import { method } from '../../support/decorated-method.js'

const NO_MESSAGE_MEND = 'take it away, or move the method’s @OnMessage to a method of its own'
const DATA_MEND =
  'use a class with class-validator decorators, or @Data(Object) for data that needs no check'

class Bare {}

class Rules {
  @IsString() text!: string
}

describe('the report of a start-up', () => {
  it.each<[string, ParameterDecorator, string, string]>([
    [
      'an empty name',
      Param(''),
      '@Param on parameter #0 is not given a name',
      "write @Param('name')",
    ],
    [
      'an unknown name',
      Param('b'),
      '@Param(\'b\') on parameter #0, but "/x/:a" has no ":b"',
      "add it to the path, or use one of 'a'",
    ],
  ])('refuses @Param with %s', (_what, parameter, problem, mend) => {
    expect(problemsOf([method([OnMessage('e', '/x/:a')], [parameter])])).toEqual([
      { where: 'C.m', problem, mend },
    ])
  })

  it('refuses @Param with a name that a second path does not have', () => {
    const C = method([OnMessage('e', '/:a'), OnMessage('f', '/x')], [Param('a')])
    expect(problemsOf([C])).toEqual([
      {
        where: 'C.m',
        problem: '@Param(\'a\') on parameter #0, but "/x" has no ":a"',
        mend: 'add it to the path, or take the decorator away',
      },
    ])
  })

  it.each<[string, MethodDecorator]>([
    ['connect', OnConnect()],
    ['disconnect', OnDisconnect()],
    ['join', OnJoin()],
    ['leave', OnLeave()],
  ])('refuses @Param, @Data and @Message in %s', (kind, decorator) => {
    const problemOf = (parameter: ParameterDecorator): string | undefined =>
      problemsOf([method([decorator], [parameter])]).map(({ problem }) => problem)[0]
    expect(problemOf(Param('a'))).toBe(
      `@Param('a') on parameter #0, but there are no parameters in ${kind}`,
    )
    expect(problemOf(Data(Object))).toBe(
      `@Data on parameter #0, but there is no message in ${kind}`,
    )
    expect(problemsOf([method([decorator], [Message()])])).toEqual([
      {
        where: 'C.m',
        problem: `@Message on parameter #0, but there is no message in ${kind}`,
        mend: NO_MESSAGE_MEND,
      },
    ])
  })

  it('refuses a parameter with two decorators, and one with none', () => {
    @Controller()
    class C {
      @OnMessage()
      m(@Connection() @Message() _both: unknown, _none: unknown): void {}
    }
    expect(problemsOf([C])).toEqual([
      {
        where: 'C.m',
        problem: 'parameter #0 has @Message and @Connection',
        mend: 'keep one of them',
      },
      {
        where: 'C.m',
        problem: 'parameter #1 has no decorator and would be undefined',
        mend: 'say where it comes from: @Data(), @Param(), @Connection(), …',
      },
    ])
  })

  it.each<[string, ParameterDecorator, string]>([
    ['a class without rules', Data(Bare), 'Bare has no class-validator decorators'],
    ['Date', Data(Date), 'Date is no DTO class'],
    ['Map', Data(Map), 'Map is no DTO class'],
    ['a string', Data('Dto' as never), '"Dto" is no class'],
    ['[]', Data([] as never), 'a list names one class: [Dto]'],
    ['[Rules, Bare]', Data([Rules, Bare] as never), 'a list names one class: [Dto]'],
    ['[Bare]', Data([Bare]), 'Bare has no class-validator decorators'],
    [
      'groups that are no list',
      Data(Rules, { groups: 'a' as never }),
      'groups must be a list of strings, got "a"',
    ],
    [
      'groups of numbers',
      Data(Rules, { groups: [1] as never }),
      'groups must be a list of strings, got an array',
    ],
  ])('refuses @Data of %s', (_what, parameter, problem) => {
    expect(problemsOf([method([OnMessage()], [parameter])])).toEqual([
      { where: 'C.m', problem: `@Data on parameter #0: ${problem}`, mend: DATA_MEND },
    ])
  })

  it('refuses @Data of a class that was imported as a type only', () => {
    const C = method([OnMessage()], [Data()])
    Reflect.defineMetadata('design:paramtypes', [Function], (C as typeof Bare).prototype, 'm')
    expect(problemsOf([C])).toMatchObject([
      { where: 'C.m', mend: expect.stringContaining('without `import type`') },
    ])
  })

  it.each([
    ['Number', Number],
    ['Boolean', Boolean],
  ])('refuses a @Param that is typed %s', (name, type) => {
    const C = method([OnMessage('/:id')], [Param('id')])
    Reflect.defineMetadata('design:paramtypes', [type], (C as typeof Bare).prototype, 'm')
    expect(problemsOf([C])).toEqual([
      {
        where: 'C.m',
        problem: `@Param('id') on parameter #0 is typed ${name}, but it is a string`,
        mend: 'type it string, and convert it in the method',
      },
    ])
  })

  it('refuses @Data whose type is not known at run time', () => {
    const [problem, ...more] = problemsOf([method([OnMessage()], [Data()])])
    expect(more).toEqual([])
    expect(problem).toMatchObject({
      where: 'C.m',
      problem: 'the type of @Data on parameter #0 is not known at run time',
      mend: expect.stringContaining('name the class, @Data(Dto)'),
    })
  })

  it('refuses parameters of a method that handles nothing', () => {
    expect(problemsOf([method([], [Connection()])])).toEqual([
      {
        where: 'C.m',
        problem: 'its parameters have decorators, but it handles nothing',
        mend: 'add @OnMessage()',
      },
    ])
  })
})
