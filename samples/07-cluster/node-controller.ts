import { Connection, Controller, OnConnect, WsConnection } from 'enfilade'
import type { RedisBroadcastTransport } from 'enfilade/redis'

/** Which node this is, in words for a page. */
export class Place {
  constructor(
    private readonly name: string,
    private readonly transport: RedisBroadcastTransport,
  ) {}

  tell(connection: WsConnection): void {
    const { status } = this.transport
    connection.send(
      'node',
      '/node',
      status === 'ready' ? this.name : `${this.name}, Redis ${status}`,
    )
  }
}

/** Tells everybody who connects where they are. */
@Controller('/node')
export class NodeController {
  constructor(private readonly place: Place) {}

  @OnConnect()
  connected(@Connection() connection: WsConnection): void {
    this.place.tell(connection)
  }
}
