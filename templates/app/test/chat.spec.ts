import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { createTestApp, type TestApp, type TestClient } from 'enfilade/testing'
import type { Said } from '../src/chat.channel.js'
import { options } from '../src/app.js'

const ROOM = '/chat/general'
const HELLO = { from: 'Ann', text: 'hello' }
let app: TestApp

beforeEach(() => {
  app = createTestApp(options)
})
afterEach(() => app.close())

const connect = (): Promise<TestClient> => app.connect({}, { path: '/ws' })

test('everybody else in the room hears what is said', async () => {
  const [ann, ben] = [await connect(), await connect()]
  for (const client of [ann, ben]) await client.call('join', ROOM)
  const said = await ann.call<Said>('say', ROOM, HELLO)
  assert.equal(said.text, 'hello')
  assert.deepEqual((await ben.nextPush('said')).data, said)
  await app.settle()
  assert.deepEqual(ann.pushes, [])
})

test('who comes later gets what was said', async () => {
  const [ann, ben] = [await connect(), await connect()]
  await ann.call('join', ROOM)
  const said = await ann.call('say', ROOM, HELLO)
  assert.deepEqual(await ben.call('join', ROOM), [said])
})

test('nobody says anything in a room that they are not in, or nothing at all', async () => {
  const ann = await connect()
  await assert.rejects(ann.call('say', ROOM, HELLO), { code: 403 })
  await ann.call('join', ROOM)
  await assert.rejects(ann.call('say', ROOM, { ...HELLO, text: '' }), { code: 400 })
})
