import { IsInt, IsString, Length, MaxLength, Min } from 'class-validator'
import { Broadcast, Controller, createWsApp, Data, Join, OnMessage } from 'enfilade'
import { ready } from './contender.js'

class Order {
  @IsString() @Length(1, 32) sku!: string
  @IsInt() @Min(1) quantity!: number
  @IsString() @MaxLength(200) note!: string
}

@Controller()
class BenchController {
  @OnMessage('echo', '/echo')
  echo(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('order', '/orders')
  order(@Data() order: Order): Order {
    return order
  }

  @OnMessage('join', '/room/:room')
  @Join()
  join(): object {
    return { joined: true }
  }

  @OnMessage('say', '/room/:room')
  @Broadcast()
  say(@Data(Object) data: unknown): unknown {
    return data
  }
}

// Every limit stays on, set above the load.
const app = createWsApp({
  controllers: [BenchController],
  maxConnectionsPerIp: 1_000_000,
  rateLimit: { perSecond: 1e9, burst: 1e9 },
  backpressure: { limit: 32 * 1024 * 1024 },
})
const { port } = await app.listen(0, '127.0.0.1')
ready(port)
