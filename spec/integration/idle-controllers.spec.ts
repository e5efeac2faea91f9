import { describe, expect, it } from '@jest/globals'
import { Controller, createWsApp, OnConnect, OnMessage } from 'enfilade'
import { createRecordingLogger } from '../support/recording-logger.js'

@Controller('/chat')
class Chat {
  @OnMessage('say') say(): void {}
}

@Controller()
class Greeter {
  @OnConnect() greet(): void {}
}

@Controller()
class Forgotten {
  say(): void {}
}

@Controller('/other')
class Inherits extends Chat {}

async function warningsFor(controllers: (new () => object)[]): Promise<string[]> {
  const logger = createRecordingLogger()
  await createWsApp({ controllers, logger }).close()
  return logger.warnings().map(({ message }) => message)
}

describe('createWsApp', () => {
  it('warns of an app without controllers, which may be one that only pushes', async () => {
    expect(await warningsFor([])).toEqual([
      'there are no controllers: every message is answered by 404',
    ])
  })

  it('warns of a controller whose decorators were forgotten, by name', async () => {
    expect(await warningsFor([Chat, Forgotten])).toEqual([
      'Forgotten handles nothing: none of its methods has a decorator such as @OnMessage()',
    ])
  })

  it('has nothing to say of controllers with handlers, hooks, or handlers of their base', async () => {
    expect(await warningsFor([Chat, Greeter, Inherits])).toEqual([])
  })
})
