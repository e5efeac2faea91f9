import { errorText } from '../../errors/show-value.js'
import { explain } from '../../uws/native.js'
import { fault, note, ok, type Finding } from './finding.js'
import type { Machine } from './machine.js'

/** The oldest Node that Enfilade runs on. */
const OLDEST = [20, 19] as const
/** Open files below which a server is soon full. */
const FEW_FILES = 4_096
/** Whether the kernel hands connections that a worker has not accepted to another. */
const MIGRATE = '/proc/sys/net/ipv4/tcp_migrate_req'

/** Looks at what an app runs on: Node, the system, uWebSockets.js, and limits. */
export async function checkMachine(machine: Machine): Promise<Finding[]> {
  return [
    checkNode(machine),
    checkSystem(machine),
    await checkUws(machine),
    checkOpenFiles(machine),
    ...checkMigration(machine),
  ]
}

function checkNode({ node }: Machine): Finding {
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const isNew = major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
  return isNew
    ? ok('Node', node)
    : fault('Node', `${node} is too old`, `install Node ${OLDEST.join('.')} or later`)
}

function checkSystem({ platform, arch, glibc }: Machine): Finding {
  const place = `${platform} ${arch}`
  if (platform !== 'linux') return ok('System', place)
  return glibc === undefined
    ? fault(
        'System',
        `${place}, whose C library is not glibc`,
        'uWebSockets.js needs glibc: use an image based on Debian, such as node:22-slim, not Alpine',
      )
    : ok('System', `${place}, glibc ${glibc}`)
}

async function checkUws({ node, load }: Machine): Promise<Finding> {
  try {
    await load('uWebSockets.js')
    return ok('uWebSockets.js', 'can be loaded')
  } catch (error) {
    const [what = '', ...rest] = explain(error, node).split(' Run: ')
    const text = isMissing(error) ? what : `${what} ${errorText(error)}`
    return fault('uWebSockets.js', text, rest.join(' Run: '))
  }
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ERR_MODULE_NOT_FOUND'
}

function checkOpenFiles({ openFiles }: Machine): Finding {
  if (openFiles === undefined)
    return ok('Open files', 'the system does not say how many may be open')
  const text = openFiles === Infinity ? 'unlimited' : openFiles.toLocaleString('en')
  if (openFiles >= FEW_FILES) return ok('Open files', text)
  return fault(
    'Open files',
    `${text} at most, and every connection takes one`,
    'raise the limit: ulimit -n 100000, LimitNOFILE=100000 in systemd, ulimits in Compose',
  )
}

function checkMigration({ platform, read }: Machine): Finding[] {
  if (platform !== 'linux') {
    const text = `${platform} does not share out the connections of one port`
    return [note('Workers', text, 'use --workers and cluster on Linux')]
  }
  const value = read(MIGRATE)?.trim()
  if (value === undefined || value === '1') return [ok('Workers', 'can share a port')]
  return [
    note(
      'Workers',
      'a connection may be reset in the moment in which a worker is replaced',
      'sysctl net.ipv4.tcp_migrate_req=1',
    ),
  ]
}
