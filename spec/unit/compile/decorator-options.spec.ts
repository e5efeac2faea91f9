import { expect, it } from '@jest/globals'
import { Broadcast, Controller, Data, OnMessage } from 'enfilade'
import { problemsOf } from '../../support/compile-controllers.js'

const BROADCAST = 'the options are room, excludeSelf, slow'

it.each<[unknown, string, string]>([
  [{ excludeself: false }, 'excludeself is no option', 'did you mean excludeSelf?'],
  [{ to: '/a' }, 'to is no option', BROADCAST],
  ['/a', '"/a" is no object of options', BROADCAST],
  [[], 'an array is no object of options', BROADCAST],
  [
    { excludeSelf: 'no' },
    'excludeSelf must be true or false, got "no"',
    'false sends to the sender, too',
  ],
])('refuses @Broadcast with the options %j', (options, fault, mend) => {
  @Controller()
  class C {
    @OnMessage('e')
    @Broadcast('said', options as never)
    m(): number {
      return 1
    }
  }
  expect(problemsOf([C])).toEqual([{ where: 'C.m', problem: `@Broadcast: ${fault}`, mend }])
})

it.each<[unknown, string, string]>([
  [{ group: ['a'] }, 'group is no option', 'did you mean groups?'],
  ['groups', '"groups" is no object of options', 'the options are groups, optional'],
])('refuses @Data with the options %j', (options, fault, mend) => {
  @Controller()
  class C {
    @OnMessage('e')
    m(@Data(Object, options as never) data: unknown): unknown {
      return data
    }
  }
  const problem = `@Data on parameter #0: ${fault}`
  expect(problemsOf([C])).toEqual([{ where: 'C.m', problem, mend }])
})
