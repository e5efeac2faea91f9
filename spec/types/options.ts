import {
  createWsApp,
  WsRoomManager,
  type WsApp,
  type WsAppOptions,
  type WsBroadcastTransport,
  type WsConnection,
  type WsContext,
  type WsEvents,
} from 'enfilade'
import { container, type InjectionToken } from 'tsyringe'

/** What the options and the objects of an app take and what not: checked by the compiler, never run. */
declare const transport: WsBroadcastTransport
declare const token: InjectionToken<WsBroadcastTransport>

abstract class Chat {
  constructor(readonly archive: Map<string, string>) {}
}

export const accepted: readonly WsAppOptions[] = [
  { controllers: [] },
  { controllers: [Chat], container, broadcastTransport: transport },
  { controllers: [], broadcastTransport: token, upgradePath: '/ws', refuse: 'http' },
  { controllers: [], authorize: ({ headers, query }) => ({ id: headers.id ?? query.get('id') }) },
  { controllers: [], authorize: async ({ cookies }) => cookies.user, origins: '*' },
  { controllers: [], origins: ['https://a.example'], trustProxy: 1, logger: false },
  { controllers: [], backpressure: { policy: 'drop' }, rateLimit: false, idleTimeout: 0 },
  { controllers: [], rateLimit: { perSecond: 1, burst: 2 }, maxInFlight: Infinity },
  { controllers: [], signals: true, health: false },
  { controllers: [], signals: { drain: 5, signals: ['SIGHUP'] }, health: { ready: '/up' } },
]

export const refused: readonly WsAppOptions[] = [
  // @ts-expect-error controllers are required
  {},
  // @ts-expect-error a controller is a class
  { controllers: ['chat'] },
  // @ts-expect-error there is no such option
  { controllers: [], maxpayload: 1 },
  // @ts-expect-error bytes are a number
  { controllers: [], maxPayload: '64kb' },
  // @ts-expect-error there is no such policy
  { controllers: [], backpressure: { policy: 'wait' } },
  // @ts-expect-error a rate has two numbers
  { controllers: [], rateLimit: { perSecond: 1 } },
  // @ts-expect-error false, not true, turns it off
  { controllers: [], rateLimit: true },
  // @ts-expect-error origins are a list, or '*'
  { controllers: [], origins: 'https://a.example' },
  // @ts-expect-error a way to refuse is close or http
  { controllers: [], refuse: 'ignore' },
  // @ts-expect-error authorize gets the request only
  { controllers: [], authorize: (_request: object, _socket: object) => undefined },
  // @ts-expect-error a transport has three methods
  { controllers: [], broadcastTransport: { publish: () => undefined } },
  // @ts-expect-error there is no such signal
  { controllers: [], signals: { signals: ['TERM'] } },
  // @ts-expect-error seconds are a number
  { controllers: [], signals: { drain: '8s' } },
  // @ts-expect-error a path is not left out by false
  { controllers: [], health: { live: false } },
  // @ts-expect-error TLS needs the certificate, too
  { controllers: [], tls: { key_file_name: 'key.pem' } },
]

/** The session has the type that the connection is said to have. */
export function sessions(
  connection: WsConnection<{ user: string }>,
  context: WsContext<{ user: string }>,
  untyped: WsConnection,
): string {
  // @ts-expect-error a session of unknown type has no properties
  const unknownSession: unknown = untyped.session.user
  // @ts-expect-error this session has another property
  const otherName: unknown = connection.session.name
  // @ts-expect-error rooms are read only
  connection.rooms.add('/a')
  // @ts-expect-error the id is read only
  connection.id = 'x'
  const users = [connection.session.user, context.session.user, context.connection.session.user]
  return [...users, unknownSession, otherName].join()
}

export function events(emitter: WsEvents): () => void {
  emitter.on('drop', ({ cause }) => {
    // @ts-expect-error there is no such cause
    return cause === 'boredom'
  })
  // @ts-expect-error there is no such event
  emitter.on('message', () => undefined)
  return emitter.on('disconnect', ({ connection, code }) => [connection.id, code.toFixed()])
}

export async function app(): Promise<number> {
  const built: WsApp = createWsApp({ controllers: [] })
  // @ts-expect-error a port is a number
  void built.listen('3000')
  // @ts-expect-error there is no such option
  void built.close({ timeout: 1 })
  const { port } = await built.listen(0, '127.0.0.1')
  await built.close({ drain: 1 })
  return port
}

/** The manager works with any object that has `id`, `rooms` and `send`. */
export function manager(): Set<{ nick: string }> {
  const member = { id: '1', nick: 'Ann', rooms: new Set<string>(), send: () => true }
  const rooms = new WsRoomManager<typeof member>()
  void rooms.join(member, '/a')
  // @ts-expect-error a member has rooms
  void rooms.join({ id: '1', nick: 'Ann', send: () => true }, '/a')
  return rooms.connections('/a')
}
