import { existsSync } from 'node:fs'
import { processCpu, processRss } from '../load/process-stats.js'
import { isWorkerProcess } from '../workers/own-worker.js'
import { readPlan } from './bench/bench-plan.js'
import { isClean, reportOf } from './bench/bench-report.js'
import { MeasuredApp } from './bench/measured-app.js'
import { readWire } from './bench/read-wire.js'
import { renderReport } from './bench/render-report.js'
import { runLoad, type BenchTarget, type ServerProbe } from './bench/run-load.js'
import { EXIT_CODES, usageError } from './cli-error.js'
import type { CliCall, CliCommand } from './command.js'
import { findAppFile } from './load-app.js'
import { readNumber, readText } from './read-options.js'
import { serveAsWorker } from './serve-as-worker.js'

const PID = { min: 1, max: 2 ** 31, isWhole: true }

/** `enfilade bench`. */
export const bench: CliCommand = {
  name: 'bench',
  summary: 'Measures how fast an app answers',
  operands: ['<app|url>'],
  details:
    'Starts the app of a file in a process of its own, with its limits on rates and connections set\n' +
    'above the load, or takes an app that runs: enfilade bench ws://localhost:3000. Every connection\n' +
    'sends the message of the route again as soon as it is answered. Ends with 1 when anything was\n' +
    'answered with an error, or not at all. An address may be wss://, too.\n\n' +
    '  enfilade bench app.js --route "say /chat/general" --join "join /chat/general" \\\n' +
    '    --data \'{"text":"hello"}\'\n\n' +
    '{n} in route, join and data stands for the number of the connection, from 0.',
  options: {
    route: { short: 'r', value: 'route', help: 'Event and path of the message. Required' },
    data: { short: 'd', value: 'json', help: 'Its data, or @file. Default: none' },
    join: { value: 'route', help: 'Event and path of what each connection sends first' },
    connections: { short: 'c', value: 'number', help: 'Default: 50' },
    depth: { value: 'number', help: 'Messages of a connection under way at once. Default: 1' },
    seconds: { short: 's', value: 'number', help: 'How long it is measured. Default: 5' },
    header: { value: 'header', help: 'Sent with the upgrade: "cookie: session=1"' },
    codec: { value: 'name', help: 'json, or msgpack (enfilade.v1.msgpack). Default: json' },
    tls: { help: 'The app of a file serves TLS; its certificate is not checked' },
    insecure: { help: 'Takes any certificate of a wss:// address' },
    'upgrade-path': { value: 'path', help: 'Where the app of a file is connected to. Default: /' },
    pid: { value: 'number', help: 'Process of the server of a URL, to tell its CPU time (Linux)' },
    json: { help: 'As JSON' },
  },
  run: async (call) => {
    const [given = ''] = call.operands
    const { io, options } = call
    if (isWorkerProcess(io.env)) return serveAsWorker(given, io, { port: 0 })
    const plan = readPlan(call)
    const wire = await readWire(options)
    const server = isUrl(given) ? serverOf(given, call) : await startApp(given, call)
    try {
      const figures = await runLoad(plan, { ...server.place, wire }, server.probe)
      const report = reportOf(given, plan, figures)
      const isJson = options.json === true
      io.out(isJson ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report, io))
      return isClean(report) ? EXIT_CODES.OK : EXIT_CODES.FAILURE
    } finally {
      await server.stop()
    }
  },
}

/** What is measured. */
interface MeasuredServer {
  readonly place: Omit<BenchTarget, 'wire'>
  readonly probe: ServerProbe | undefined
  stop(): Promise<void>
}

function isUrl(text: string): boolean {
  return /^\w+:\/\//.test(text)
}

async function startApp(file: string, { options, io }: CliCall): Promise<MeasuredServer> {
  if (options.pid !== undefined) throw usageError('--pid is for a URL: the app of a file is known')
  if (options.insecure !== undefined) {
    throw usageError('--insecure is for a wss:// address: the app of a file is taken with --tls')
  }
  const target = readText(options, 'upgrade-path') ?? '/'
  if (!target.startsWith('/')) throw usageError('--upgrade-path has to start with "/"')
  findAppFile(file, io.cwd)
  const app = await MeasuredApp.start(file)
  const tls = options.tls === true ? { tls: 'any' as const } : {}
  return { place: { ...app.place, ...tls, target }, probe: app.probe, stop: () => app.stop() }
}

function serverOf(text: string, { options }: CliCall): MeasuredServer {
  if (!URL.canParse(text)) throw usageError(`"${text}" is no address`)
  const { protocol, hostname, port, pathname, search } = new URL(text)
  if (protocol !== 'ws:' && protocol !== 'wss:') {
    throw usageError(`${text}: only ws:// and wss:// can be measured`)
  }
  const isSecure = protocol === 'wss:'
  if (options.insecure !== undefined && !isSecure) throw usageError('--insecure is for wss://')
  for (const name of ['upgrade-path', 'tls']) {
    if (options[name] === undefined) continue
    throw usageError(`--${name} is for the app of a file: a URL says it itself`)
  }
  const place = {
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: Number(port === '' ? (isSecure ? 443 : 80) : port),
    target: `${pathname}${search}`,
    ...(isSecure
      ? { tls: options.insecure === true ? ('any' as const) : ('checked' as const) }
      : {}),
  }
  const pid = readNumber(options, 'pid', PID)
  return {
    place,
    probe: pid === undefined ? undefined : probeOf(pid),
    stop: () => Promise.resolve(),
  }
}

function probeOf(pid: number): ServerProbe {
  if (!existsSync(`/proc/${pid}/stat`)) throw usageError(`--pid: there is no process ${pid} here`)
  return {
    cpu: () => Promise.resolve(processCpu(pid)),
    memory: () => Promise.resolve(processRss(pid)),
  }
}
