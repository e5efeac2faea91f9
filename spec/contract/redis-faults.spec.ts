import { RedisBroadcastTransport } from 'enfilade/redis'
import { REDIS } from '../support/broker.js'
import { describeManagedTransport } from './managed-transport.contract.js'

describeManagedTransport('RedisBroadcastTransport', {
  program: REDIS,
  make: (port, options) =>
    new RedisBroadcastTransport({ url: `redis://127.0.0.1:${port}`, ...options }),
})
