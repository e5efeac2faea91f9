import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chosenPort } from '../serve.js'
import { balance, type Balancer } from './balancer.js'
import { obeyKeys } from './keys.js'
import { Program } from './program.js'
import { createRedis } from './redis.js'

const NO_REDIS = `
There is no redis-server on this machine. Install it:

    sudo apt install redis-server        Debian, Ubuntu
    brew install redis                   macOS

or give the address of a Redis that nobody needs:

    REDIS_URL=redis://localhost:6379 npm run sample:cluster
`

const port = chosenPort()
const NO_PORT = `
Port ${port} is taken, or not yours to use. Perhaps this sample runs already?
Stop the other program, or choose another port, and the two after it:

    PORT=${port + 10} npm run sample:cluster
`
const redis = process.env.REDIS_URL ? undefined : await createRedis()
const url = redis?.url ?? process.env.REDIS_URL ?? ''
const nodes = [createNode(1), createNode(2)] as const
const state: { balancer?: Balancer; isEnding: boolean } = { isEnding: false }
// From the start on: what has been started must not stay behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0))

await redis?.program.start().catch((error: unknown) => {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
  return fail(isMissing ? NO_REDIS : `\nredis-server does not start: ${String(error)}`)
})
// A node that does not start has said why.
for (const { program } of nodes) await program.start().catch(() => fail())
const balancer = await balance(port, () => nodes.map((node) => node.port)).catch(() =>
  fail(NO_PORT),
)
state.balancer = balancer
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
    end: () => void end(0),
  },
  process.argv.includes('--kill'),
)

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

/** Says why, unless somebody has ended it, and ends what has been started. */
async function fail(reason?: string): Promise<never> {
  if (reason !== undefined && !state.isEnding) console.error(reason)
  return end(1)
}

/** Nodes first: they hand over to Redis what they had. */
async function end(code: number): Promise<never> {
  if (state.isEnding) return new Promise(() => undefined)
  state.isEnding = true
  state.balancer?.close()
  await Promise.all(nodes.map(({ program }) => program.stop()))
  await redis?.stop()
  process.exit(code)
}
