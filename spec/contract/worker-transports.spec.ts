import { ManagedTransport } from 'enfilade'
import { HubSessions } from '../../lib/workers/hub-sessions.js'
import { WorkerHub } from '../../lib/workers/worker-hub.js'
import { WorkerLink } from '../../lib/workers/worker-link.js'
import { IpcPair } from '../support/ipc-pair.js'
import { describeBroadcastTransport } from './broadcast-transport.contract.js'

const closeAll = async (transports: readonly ManagedTransport[]): Promise<void> => {
  await Promise.all(transports.map((transport) => transport.close()))
}

function linkTo(hub: WorkerHub): WorkerLink {
  const pair = new IpcPair()
  pair.sessions = new HubSessions(hub, pair.order)
  return new WorkerLink(pair)
}

describeBroadcastTransport('A transport of workers', {
  create: (count) => {
    const hub = new WorkerHub()
    const transports = Array.from(
      { length: count },
      () => new ManagedTransport(linkTo(hub).driver(0)),
    )
    return { transports, close: () => closeAll(transports) }
  },
})

describeBroadcastTransport('A transport of a supervisor and its workers', {
  create: (count) => {
    const hub = new WorkerHub()
    const transports = Array.from(
      { length: count },
      (_, index) => new ManagedTransport(index === 0 ? hub.driver(0) : linkTo(hub).driver(0)),
    )
    return { transports, close: () => closeAll(transports) }
  },
})

describeBroadcastTransport('Transports of one worker', {
  create: (count) => {
    const link = linkTo(new WorkerHub())
    const transports = Array.from({ length: count }, () => new ManagedTransport(link.driver(0)))
    return { transports, close: () => closeAll(transports) }
  },
})
