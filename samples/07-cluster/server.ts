import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chosenPort } from '../serve.js'
import { balance } from './balancer.js'
import { obeyKeys } from './keys.js'
import { Program } from './program.js'
import { startRedis, type OwnRedis } from './redis.js'

const NO_REDIS = `
There is no redis-server on this machine. Install it:

    sudo apt install redis-server        Debian, Ubuntu
    brew install redis                   macOS

or give the address of a Redis that nobody needs:

    REDIS_URL=redis://localhost:6379 npm run sample:cluster
`

const port = chosenPort()
const redis = process.env.REDIS_URL ? undefined : await startOwnRedis()
const url = redis?.url ?? process.env.REDIS_URL ?? ''
const nodes = [createNode(1), createNode(2)] as const
try {
  for (const { program } of nodes) await program.start()
} catch {
  // The node has said why.
  await stop()
  process.exit(1)
}
const balancer = await balance(port, () => nodes.map((node) => node.port)).catch(
  async (error: unknown) => {
    await stop()
    console.error(`\nNobody can listen on port ${port}: ${String(error)}`)
    process.exit(1)
  },
)
console.log(`
One chat and one board, by two processes:

    balanced   http://localhost:${balancer.port}/chat/   http://localhost:${balancer.port}/cursors/
${nodes.map((node) => `    ${node.name}     ${addressOf(node, 'chat')}   ${addressOf(node, 'cursors')}`).join('\n')}

Open several, and press a key here, or give it --kill to have one killed every ten seconds:

    1, 2       kill -9 a node; it is back after 3 seconds
    r          kill -9 Redis, the same
    q          end
`)
obeyKeys(
  {
    node: (index) => nodes[index - 1]?.program.kill(),
    redis: () => {
      if (redis) redis.program.kill()
      else console.log('This Redis is yours: end it yourself.')
    },
    end: () => void end(),
  },
  process.argv.includes('--kill'),
)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())

interface Node {
  readonly name: string
  /** 0 until it has one. */
  port: number
  readonly program: Program
}

function createNode(index: number): Node {
  const name = `node ${index}`
  const spawn = (): ChildProcess => {
    const env = { ...process.env, PORT: String(node.port), NODE_NAME: name, REDIS_URL: url }
    return fork(new URL('./run-node.js', import.meta.url), { env, detached: true })
  }
  const ready = async (child: ChildProcess): Promise<void> => {
    const [told] = (await once(child, 'message')) as [{ port: number }]
    node.port = told.port
    console.log(`${name} listens on port ${node.port}: process ${child.pid}`)
  }
  const program = new Program(spawn, ready, () => console.log(`${name} is gone`))
  const node: Node = { name, port: port && port + index, program }
  return node
}

function addressOf(node: Node, page: string): string {
  return `http://localhost:${node.port}/${page}/`
}

async function startOwnRedis(): Promise<OwnRedis> {
  try {
    return await startRedis()
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    console.error(isMissing ? NO_REDIS : String(error))
    process.exit(1)
  }
}

async function end(): Promise<void> {
  balancer.close()
  await stop()
  process.exit()
}

/** Nodes first: they hand over to Redis what they had. */
async function stop(): Promise<void> {
  await Promise.all(nodes.map(({ program }) => program.stop()))
  await redis?.stop()
}
