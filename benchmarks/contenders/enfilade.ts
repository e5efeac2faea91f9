import {
  Broadcast,
  Controller,
  createWsApp,
  Data,
  Join,
  OnMessage,
  Rooms,
  WsRooms,
  type LimitOptions,
} from 'enfilade'
import type { Inspector } from 'enfilade/inspector'
import { later } from './later.js'
import { ready, ROUTES } from './ready.js'

interface Burst {
  readonly count: number
  readonly text: string
}

@Controller()
class BenchController {
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

  @OnMessage('burst', '/room/:room')
  burst(@Data(Object) { count, text }: Burst, @Rooms() rooms: WsRooms): object {
    for (let n = 0; n < count; n++) rooms.broadcast('say', { n, text })
    return { count }
  }

  @OnMessage('late', '/late')
  async late(@Data(Object) data: unknown): Promise<unknown> {
    await later()
    return data
  }
}

/** A controller with ten echo routes, decorated as the ones above. */
function createEchoController(first: number): new () => object {
  @Controller()
  class EchoController {}
  const { prototype } = EchoController
  for (let route = first; route < Math.min(first + 10, ROUTES); route++) {
    const method = `echo${route}`
    Object.defineProperty(prototype, method, { value: (data: unknown) => data, writable: true })
    const descriptor = Object.getOwnPropertyDescriptor(prototype, method) ?? {}
    OnMessage(`echo-${route}`, `/echo/${route}`)(prototype, method, descriptor)
    Data(Object)(prototype, method, 0)
  }
  return EchoController
}

const echoes = Array.from({ length: Math.ceil(ROUTES / 10) }, (_, index) =>
  createEchoController(index * 10),
)

/** Every limit stays on, set above the load. */
const ABOVE_LOAD: LimitOptions = {
  maxConnectionsPerIp: 1_000_000,
  maxRoomsPerConnection: 1_000_000,
  rateLimit: { perSecond: 1e9, burst: 1e9 },
  backpressure: { limit: 32 * 1024 * 1024 },
}

/** As far as limits can be switched off. */
const OFF: LimitOptions = {
  maxConnectionsPerIp: Infinity,
  maxRoomsPerConnection: Infinity,
  maxInFlight: Infinity,
  rateLimit: false,
  idleTimeout: 0,
  backpressure: { limit: 2 ** 30 },
}

const { BENCH_LIMITS, BENCH_WINDOW: window, BENCH_DTO, BENCH_INSPECTOR, BENCH_CODECS } = process.env
/** class-validator takes longer to load than all the rest: an app without such classes does not. */
const validated =
  BENCH_DTO === 'off'
    ? []
    : [
        (await import('./order-controller.js')).OrderController,
        (await import('./cursor-controller.js')).CursorController,
      ]
/** An app without one does not load it. */
const inspected = BENCH_INSPECTOR === undefined ? undefined : await import('./inspected.js')
const inspector: Inspector | undefined = inspected?.createInspector()
const { msgpack } = BENCH_CODECS === 'msgpack' ? await import('enfilade/msgpack') : {}
const app = createWsApp({
  controllers: [BenchController, ...validated, ...echoes],
  ...(BENCH_LIMITS === 'off' ? OFF : ABOVE_LOAD),
  ...(inspector ? { use: [inspector.middleware] } : {}),
  ...(msgpack ? { codecs: [msgpack()] } : {}),
  ...(window === undefined ? {} : { broadcastWindow: window === 'auto' ? window : Number(window) }),
})
inspector?.serve(app)
const { port } = await app.listen(0, '127.0.0.1')
if (BENCH_INSPECTOR === 'open') inspected?.openPage(port)
ready(port)
