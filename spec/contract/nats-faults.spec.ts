import { NatsBroadcastTransport } from 'enfilade/nats'
import { NATS } from '../support/broker.js'
import { describeManagedTransport } from './managed-transport.contract.js'

describeManagedTransport('NatsBroadcastTransport', {
  program: NATS,
  make: (port, options) => new NatsBroadcastTransport({ servers: `127.0.0.1:${port}`, ...options }),
})
