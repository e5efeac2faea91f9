import { MemoryBroadcastHub, MemoryBroadcastTransport } from 'enfilade'
import { TcpBroadcastHub } from '../support/tcp-broadcast-hub.js'
import { TcpBroadcastTransport } from '../support/tcp-broadcast-transport.js'
import { describeBroadcastTransport } from './broadcast-transport.contract.js'

describeBroadcastTransport('MemoryBroadcastTransport', {
  create: (count) => {
    const hub = new MemoryBroadcastHub()
    const transports = Array.from({ length: count }, () => new MemoryBroadcastTransport(hub))
    return { transports, close: () => undefined }
  },
})

// Over a real connection, where nothing happens at once: the suite has to hold there too.
describeBroadcastTransport('TcpBroadcastTransport', {
  create: async (count) => {
    const hub = await TcpBroadcastHub.start()
    const connecting = Array.from({ length: count }, () => TcpBroadcastTransport.connect(hub.port))
    const transports = await Promise.all(connecting)
    const close = async (): Promise<void> => {
      await Promise.all(transports.map((transport) => transport.close()))
      await hub.close()
    }
    return { transports, close }
  },
})
