import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Broker, REDIS, type BrokerProgram } from './broker.js'

/** As a sentinel is told of its master. */
const NAME = 'main'

/** Milliseconds: a sentinel looks and asks far more often than its defaults say. */
const HASTE = { 'down-after-milliseconds': 300, 'failover-timeout': 3_000 }
const PERIODS = ['info-period', 'ping-period', 'ask-period', 'publish-period']

const SENTINEL: BrokerProgram = {
  name: 'Redis Sentinel',
  // Debian has the program of sentinels in a package of its own, which is the same program.
  command: REDIS.command,
  ready: /\+monitor master/,
  arguments: (port, folder) => [
    join(folder, 'sentinel.conf'),
    ...['--sentinel', '--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
  ],
}

/** A full copy is sent at once, and not after 5 s, in which more replicas might come. */
const MASTER: BrokerProgram = {
  ...REDIS,
  arguments: (port, folder) => [
    ...REDIS.arguments(port, folder),
    ...['--repl-diskless-sync-delay', '0'],
  ],
}

/** A Redis, its replica, and a sentinel that puts the one in the place of the other. */
export class RedisSentinel {
  private constructor(
    readonly sentinel: Broker,
    readonly redis: { master: Broker; replica: Broker },
  ) {}

  static async start(): Promise<RedisSentinel> {
    const [master, replica] = await Promise.all([Broker.start(MASTER), Broker.start(MASTER)])
    await call(replica, 'REPLICAOF', '127.0.0.1', String(master.port))
    await isReplicated(master, replica)
    const config = [
      `sentinel monitor ${NAME} 127.0.0.1 ${master.port} 1`,
      ...Object.entries(HASTE).map(([option, ms]) => `sentinel ${option} ${NAME} ${ms}`),
    ]
    const sentinel = await Broker.start(SENTINEL, (folder) =>
      writeFile(join(folder, 'sentinel.conf'), config.join('\n')),
    )
    await call(sentinel, 'SENTINEL', 'DEBUG', ...PERIODS.flatMap((period) => [period, '100']))
    const group = new RedisSentinel(sentinel, { master, replica })
    await asked(sentinel, ['INFO', 'sentinel'], (state) => state.includes('slaves=1'))
    return group
  }

  /** What clients are told. */
  get options(): { name: string; sentinels: { host: string; port: number }[] } {
    return { name: NAME, sentinels: [{ host: '127.0.0.1', port: this.sentinel.port }] }
  }

  /**
   * What the master is told from now on does not reach the replica any more.
   *
   * @returns a function that kills the master, so that the replica takes its place
   */
  async part(): Promise<() => Promise<void>> {
    const { master, replica } = this.redis
    await isReplicated(master, replica)
    // While it is stopped it cannot come back.
    await replica.freeze()
    await call(master, 'CLIENT', 'KILL', 'TYPE', 'replica')
    return async () => {
      await master.kill()
      replica.thaw()
    }
  }

  async stop(): Promise<void> {
    const { master, replica } = this.redis
    await Promise.all([this.sentinel, master, replica].map((broker) => broker.stop()))
  }
}

/** Runs a command on a Redis or a sentinel. */
export async function call(
  { port }: Broker,
  ...[command, ...rest]: [string, ...string[]]
): Promise<unknown> {
  const client = new Redis({ port, host: '127.0.0.1' })
  try {
    return await client.call(command, ...rest)
  } finally {
    client.disconnect()
  }
}

/** There is no event for it: it is asked again and again, until it says so. */
async function asked(
  broker: Broker,
  command: [string, ...string[]],
  isSo: (answer: string) => boolean,
): Promise<void> {
  const late = performance.now() + 5_000
  for (;;) {
    const answer = String(await call(broker, ...command))
    if (isSo(answer)) return
    if (performance.now() > late) throw new Error(`${command.join(' ')} still says ${answer}`)
  }
}

/** Done when the replica has heard of everything that the master has. */
async function isReplicated(master: Broker, replica: Broker): Promise<void> {
  const replication: [string, string] = ['INFO', 'replication']
  await asked(replica, replication, (state) => state.includes('master_link_status:up'))
  const told = String(await call(master, ...replication))
  const goal = Number(/master_repl_offset:(\d+)/.exec(told)?.[1])
  await asked(replica, replication, (state) => {
    return Number(/slave_repl_offset:(\d+)/.exec(state)?.[1]) >= goal
  })
}
