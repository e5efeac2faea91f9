import { describe } from '@jest/globals'
import { NatsBroadcastTransport } from 'enfilade/nats'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { hasBroker, NATS, REDIS } from '../support/broker.js'
import {
  describeManagedTransport,
  type ManagedTransportSuite,
} from './managed-transport.contract.js'

const suites: Record<string, ManagedTransportSuite> = {
  RedisBroadcastTransport: {
    program: REDIS,
    make: (port, options) =>
      new RedisBroadcastTransport({ url: `redis://127.0.0.1:${port}`, ...options }),
  },
  NatsBroadcastTransport: {
    program: NATS,
    make: (port, options) =>
      new NatsBroadcastTransport({ servers: `127.0.0.1:${port}`, ...options }),
  },
}

for (const [name, suite] of Object.entries(suites)) {
  const block = hasBroker(suite.program) ? describe : describe.skip
  block(`with ${suite.program.name}`, () => describeManagedTransport(name, suite))
}
