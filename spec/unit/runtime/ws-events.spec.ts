import { describe, expect, it } from '@jest/globals'
import { WsEvents } from '../../../lib/runtime/ws-events.js'
import { createConnection } from '../../support/fake-connection.js'

const { connection } = createConnection()

describe('WsEvents', () => {
  it('tells every listener of its event, in order, until it is taken off', () => {
    const events = new WsEvents(() => undefined)
    const heard: string[] = []
    const off = events.on('connect', () => heard.push('first'))
    events.on('connect', (event) => heard.push(event.connection.id))
    events.on('disconnect', () => heard.push('never'))
    events.emit('connect', { connection })
    off()
    off()
    events.emit('connect', { connection })
    expect(heard).toEqual(['first', connection.id, connection.id])
  })

  it.each([
    ['throws', () => JSON.parse('{') as never],
    ['rejects', async () => JSON.parse('{') as never],
  ])('reports a listener that %s, and tells the others', async (_how, listener) => {
    const errors: unknown[] = []
    const events = new WsEvents((error) => errors.push(error))
    let heard = 0
    events.on('connect', listener)
    events.on('connect', () => heard++)
    events.emit('connect', { connection })
    expect(heard).toBe(1)
    await Promise.resolve().then(() => Promise.resolve())
    expect(errors).toEqual([expect.any(SyntaxError)])
  })

  it('lets a listener take itself off while it is told', () => {
    const events = new WsEvents(() => undefined)
    let heard = 0
    const off = events.on('connect', () => {
      heard++
      off()
    })
    events.emit('connect', { connection })
    events.emit('connect', { connection })
    expect(heard).toBe(1)
  })
})
