import { describe, expect, it } from '@jest/globals'
import { Controller, createWsApp, defineChannel, OnMessage, WsDefinitionError } from 'enfilade'

const chat = defineChannel('/chat/:room')<{ calls: { say(): string } }>()

/** What is wrong with a controller. */
function problemsOf(controller: new () => object): string[] {
  try {
    createWsApp({ controllers: [controller], logger: false })
    return []
  } catch (error) {
    if (!(error instanceof WsDefinitionError)) throw error
    return error.problems.map(({ where, problem }) => `${where}: ${problem}`)
  }
}

function classWith(decorate: MethodDecorator, prefix?: any) {
  class Chat {
    say(): string {
      return 'said'
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Chat.prototype, 'say')
  decorate(Chat.prototype, 'say', descriptor!)
  Controller(prefix)(Chat)
  return Chat
}

describe('@OnMessage with a channel', () => {
  it.each([
    ['the channel', chat],
    ['its path', '/chat/:room'],
    ['its path with a slash', '/chat/:room/'],
    ['nothing', undefined],
  ])('is on the path of the channel when the controller has %s', (_name, prefix) => {
    expect(problemsOf(classWith(OnMessage(chat, 'say') as MethodDecorator, prefix))).toEqual([])
  })

  it('is found when another handler has its event and path', () => {
    const decorate: MethodDecorator = (target, name) => {
      const descriptor = {}
      ;(OnMessage(chat, 'say') as MethodDecorator)(target, name, descriptor)
      OnMessage('say', '/chat/:room')(target, name, descriptor)
    }
    expect(problemsOf(classWith(decorate))).toEqual([
      'Chat.say: event "say" on "/chat/:room" is handled by Chat.say already',
    ])
  })

  it('is a definition error below another prefix', () => {
    expect(problemsOf(classWith(OnMessage(chat, 'say') as MethodDecorator, '/v2'))).toEqual([
      'Chat.say: the channel\'s path is "/chat/:room", the controller\'s prefix "/v2"',
    ])
  })

  it('is a definition error without a call', () => {
    const decorate = (OnMessage as any)(chat)
    expect(problemsOf(classWith(decorate, chat))).toEqual([
      'Chat.say: no call of the channel "/chat/:room" is named',
    ])
  })

  it.each(['$ping', '/path', ''])('is a definition error with the call %j', (event) => {
    const decorate = (OnMessage as any)(chat, event)
    expect(problemsOf(classWith(decorate, chat))).toHaveLength(1)
  })

  it('is a definition error when the path of the channel cannot be read', () => {
    const broken = defineChannel('/a/:')<{ calls: { say(): string } }>()
    const decorate = OnMessage(broken, 'say') as MethodDecorator
    expect(problemsOf(classWith(decorate))).toEqual([
      expect.stringContaining('Chat.say: bad path "/a/:"'),
    ])
  })
})

it('a prefix that is an object but no channel is a definition error', () => {
  expect(problemsOf(classWith(OnMessage('say'), { prefix: '/chat' }))).toEqual([
    'Chat: the prefix an object is no path',
  ])
})
