import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { errorText } from '../../errors/show-value.js'
import { fault, ok, type Finding } from './finding.js'
import { isInstalled } from './check-project.js'

/** A kind of broker, as it is asked without its client. */
interface BrokerKind {
  readonly name: string
  readonly port: number
  readonly client: string
  readonly tls: string
  /** What is sent first, and what the answer begins with when it is one. */
  readonly ask: string
  readonly answers: RegExp
}

const KINDS = {
  redis: {
    name: 'Redis',
    port: 6379,
    client: 'ioredis',
    tls: 'rediss:',
    ask: 'PING\r\n',
    // One that wants a password first is there, too.
    answers: /^(\+PONG|-NOAUTH|-NOPERM)/,
  },
  nats: {
    name: 'NATS',
    port: 4222,
    client: '@nats-io/transport-node',
    tls: 'tls:',
    ask: '',
    answers: /^INFO /,
  },
} satisfies Record<string, BrokerKind>

const TIMEOUT = 3_000

/** Looks whether a broker answers, and its client is installed. */
export async function checkBroker(
  kind: keyof typeof KINDS,
  url: string,
  cwd: string,
): Promise<Finding> {
  const { name, port, client, tls } = KINDS[kind]
  const text = url.includes('://') ? url : `${kind}://${url}`
  if (!URL.canParse(text)) return fault(name, `"${url}" is no address`, `${kind}://host:${port}`)
  const { protocol, hostname, port: given } = new URL(text)
  const place = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(given) || port }
  const shown = `${place.host}:${place.port}`
  try {
    await ask(KINDS[kind], place, protocol === tls)
  } catch (error) {
    const mend = `start it, or check the address, the network and the firewall: is ${shown} right?`
    return fault(name, `${shown} does not answer: ${errorText(error)}`, mend)
  }
  return isInstalled(client, cwd)
    ? ok(name, `${shown} answers`)
    : fault(name, `${shown} answers, but ${client} is not installed`, `npm install ${client}`)
}

function ask(
  { name, ask: question, answers }: BrokerKind,
  place: { readonly host: string; readonly port: number },
  isSecure: boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Whether a certificate is trusted is for the client to say.
    const socket = isSecure ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place)
    let answer = ''
    const end = (error?: Error): void => {
      socket.destroy()
      if (error) reject(error)
      else resolve()
    }
    socket.setTimeout(TIMEOUT, () => end(new Error(`nothing within ${TIMEOUT / 1000} s`)))
    socket.on('error', end)
    socket.on('close', () => end(new Error('it hung up')))
    if (question !== '') socket.write(question)
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('latin1')
      if (!/[\r\n]/.test(answer) && answer.length < 1_000) return
      end(answers.test(answer) ? undefined : new Error(`what is there is no ${name}`))
    })
  })
}
