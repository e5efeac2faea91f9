import { expect, it } from '@jest/globals'
import { Controller, OnConnect, WsError } from 'enfilade'
import { startApp } from '../support/start-app.js'

@Controller()
class DoorController {
  @OnConnect()
  open(): never {
    throw new WsError(401, 'Who are you?')
  }
}

it('a hook that refuses is logged as a hook, with its handler and code', async () => {
  const { connect, logger } = await startApp({ controllers: [DoorController] })
  const client = await connect()
  expect(await client.closed).toEqual({ code: 4401, reason: 'Who are you?' })
  expect(await logger.next('warn')).toMatchObject({
    message: 'a hook failed: Who are you?',
    fields: { handler: 'DoorController.open', code: 401 },
  })
})
