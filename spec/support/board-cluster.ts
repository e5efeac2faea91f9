import { beforeEach } from '@jest/globals'
import { Broadcast, Controller, Join, Leave, OnMessage, Presence } from 'enfilade'
import type { TestApp, TestClient } from 'enfilade/testing'
import { silentLogger } from '../../lib/logging/logger.js'
import { TestCluster } from './test-cluster.js'

/** A room with presence, which {@link enter} enters. */
export const path = '/board/a'

@Presence(Object)
@Controller('/board/:board')
class Board {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('leave')
  @Leave()
  leave(): void {}

  @OnMessage('say')
  @Broadcast()
  say(): string {
    return 'hello'
  }
}

/** Apps that have it. */
export const options = { controllers: [Board], logger: silentLogger }

/** Three of them that know each other, new for each test. */
export let cluster: TestCluster
export let one: TestApp
export let two: TestApp
export let three: TestApp

beforeEach(async () => {
  cluster = await TestCluster.start(3, options)
  ;[one, two, three] = cluster.apps as [TestApp, TestApp, TestApp]
})

/** Connects a user and enters the room; all apps know of it afterwards. */
export async function enter(app: TestApp, userId: string): Promise<TestClient> {
  const client = await app.connect({ userId })
  await client.call('join', path)
  await cluster.advance(100)
  return client
}

/** Who is in the room, as an app has it. */
export const ids = (app: TestApp): string[] =>
  app.rooms
    .members(path)
    .map(({ id }) => id)
    .sort()
