import type { AddressInfo } from 'node:net'
import { createWsApp, useRouteParams, useWsMessage, useWsRooms, WsError } from '@wooksjs/event-ws'
import { checkOrder } from '../contenders/check-order.js'
import { ready, ROUTES } from '../contenders/ready.js'

const app = createWsApp()

for (let route = 0; route < ROUTES; route++) {
  app.onMessage(`echo-${route}`, `/echo/${route}`, () => useWsMessage().data)
}

// Wooks leaves validation to the handler.
app.onMessage('order', '/orders', () => {
  try {
    return checkOrder(useWsMessage().data)
  } catch {
    throw new WsError(400, 'Invalid data')
  }
})

app.onMessage('join', '/room/:room', () => {
  useWsRooms().join()
  return { joined: true }
})

app.onMessage('say', '/room/:room', () => {
  useRouteParams() // so that they are told to the members
  const { data } = useWsMessage()
  useWsRooms().broadcast('say', data)
  return data
})

await app.listen(0, '127.0.0.1')
ready((app.getServer()?.address() as AddressInfo).port)
