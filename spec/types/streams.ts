import { Controller, defineChannel, OnMessage } from 'enfilade'
import type { WsClient } from 'enfilade/client'

/** What a channel says of streams: checked by the compiler, never run. */
const table = defineChannel('/tables/:table')<{
  calls: {
    rows(data: { from: number }): AsyncIterable<{ id: number }>
    count(): number
  }
}>()

@Controller(table)
export class Streaming {
  @OnMessage(table, 'rows')
  async *rows(): AsyncGenerator<{ id: number }> {
    yield { id: 1 }
  }

  // @ts-expect-error the items have another type
  @OnMessage(table, 'rows')
  async *wrong(): AsyncGenerator<string> {
    yield 'a'
  }

  // @ts-expect-error a stream is wanted
  @OnMessage(table, 'rows')
  list(): { id: number }[] {
    return []
  }
}

export async function read(client: WsClient): Promise<void> {
  const room = client.room(table, { table: 'users' })
  for await (const { id } of room.stream('rows', { from: 1 }, { window: 8 })) id.toFixed()
  const list: { id: number }[] = await room.call('rows', { from: 1 })
  list.at(0)?.id.toFixed()
  const count: number = await room.call('count')
  count.toFixed()
  // @ts-expect-error a call that is no stream
  room.stream('count')
  // @ts-expect-error the data is missing
  room.stream('rows')
  for await (const row of client.stream<{ id: number }>('rows', '/tables/users')) row.id.toFixed()
}
