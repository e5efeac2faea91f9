import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { doctorOn } from '../../../lib/cli/doctor.js'
import { thisMachine, type Machine } from '../../../lib/cli/doctor/machine.js'
import { runCli } from '../../../lib/cli/run-cli.js'
import { freePort } from '../../support/free-port.js'
import { recordingIo } from '../../support/recording-io.js'

const WELL: Machine = {
  ...{ node: '22.12.0', platform: 'linux', arch: 'x64', glibc: '2.36', openFiles: 100_000 },
  read: () => undefined,
  load: () => Promise.resolve({}),
}

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(process.cwd(), 'build/doctor-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function examine(
  parts: Partial<Machine> = {},
  args: string[] = [],
  env: Record<string, string> = {},
) {
  const io = recordingIo({ cwd: folder, env })
  const code = await runCli(['doctor', ...args], [doctorOn(() => ({ ...WELL, ...parts }))], io)
  return { code, out: io.written.out + io.written.err }
}

async function answering(text: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).resume()
    socket.write(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

describe('enfilade doctor', () => {
  it('finds nothing on a machine that is well', async () => {
    const { code, out } = await examine()
    expect(code).toBe(0)
    expect(out).toContain('ok     Node: 22.12.0')
    expect(out).toContain('ok     System: linux x64, glibc 2.36')
    expect(out).toContain('ok     Open files: 100,000')
    expect(out).toMatch(/\nAll is well\.\n$/)
  })

  it.each<[string, Partial<Machine>, RegExp]>([
    [
      'an old Node',
      { node: '20.18.3' },
      /FAULT {2}Node: 20\.18\.3 is too old\n +mend: install Node 20\.19 or later/,
    ],
    [
      'another C library',
      { glibc: undefined },
      /FAULT {2}System: linux x64, whose C library is not glibc\n +mend: .*node:22-slim, not Alpine/,
    ],
    [
      'a binary for another Node',
      {
        node: '24.1.0',
        load: () =>
          Promise.reject(
            Object.assign(new Error('NODE_MODULE_VERSION 127'), { code: 'ERR_DLOPEN_FAILED' }),
          ),
      },
      /FAULT {2}uWebSockets\.js: .*cannot be loaded by Node 24\.1\.0.* NODE_MODULE_VERSION 127\n +mend: npm install github:uNetworking/,
    ],
    [
      'no uWebSockets.js',
      {
        load: () =>
          Promise.reject(Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' })),
      },
      /FAULT {2}uWebSockets\.js: uWebSockets\.js is not installed\.\n +mend: npm install uWebSockets\.js@npm:uws-pack/,
    ],
    [
      'few open files',
      { openFiles: 1024 },
      /FAULT {2}Open files: 1,024 at most.*\n +mend: raise the limit: ulimit -n 100000/,
    ],
    [
      'a tsconfig.json without metadata',
      {
        read: (path) =>
          path.endsWith('tsconfig.json')
            ? '{ "compilerOptions": { "experimentalDecorators": true } }'
            : undefined,
      },
      /FAULT {2}tsconfig\.json: emitDecoratorMetadata not set\n +mend: add "emitDecoratorMetadata": true/,
    ],
  ])('finds %s, and says how to mend it', async (_what, parts, expected) => {
    const { code, out } = await examine(parts)
    expect(out).toMatch(expected)
    expect(code).toBe(1)
    expect(out).toMatch(/\n1 to mend\.\n$/)
  })

  it('notes what is no fault', async () => {
    const { code, out } = await examine({
      read: (path) => (path.includes('tcp_migrate') ? '0\n' : undefined),
    })
    expect(code).toBe(0)
    expect(out).toMatch(/note {3}Workers: .*\n +mend: sysctl net\.ipv4\.tcp_migrate_req=1/)
  })

  it('finds a broker that is down, and one that is none', async () => {
    const { server, port } = await answering('HTTP/1.1 200 OK\r\n')
    const down = await freePort()
    const { code, out } = await examine({}, ['--redis', `redis://127.0.0.1:${down}`], {
      NATS_URL: `127.0.0.1:${port}`,
    })
    expect(code).toBe(1)
    expect(out).toMatch(
      new RegExp(
        `FAULT {2}Redis: 127\\.0\\.0\\.1:${down} does not answer: .*ECONNREFUSED.*\\n +mend: start it`,
      ),
    )
    expect(out).toContain(
      `FAULT  NATS: 127.0.0.1:${port} does not answer: what is there is no NATS`,
    )
    server.close()
    await once(server, 'close')
  })

  it('finds brokers that answer, one that wants a password among them', async () => {
    const redis = await answering('-NOAUTH Authentication required.\r\n')
    const nats = await answering('INFO {"server_id":"x"} \r\n')
    const args = [
      '--redis',
      `redis://127.0.0.1:${redis.port}`,
      '--nats',
      `nats://127.0.0.1:${nats.port}`,
    ]
    const { code, out } = await examine({}, args)
    expect(out).toContain(`Redis: 127.0.0.1:${redis.port} answers`)
    expect(out).toContain(`NATS: 127.0.0.1:${nats.port} answers`)
    expect(code).toBe(0)
    for (const { server } of [redis, nats]) {
      server.close()
      await once(server, 'close')
    }
  })

  it('finds an app without the types of its data, and one that cannot be made', async () => {
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    write('package.json', '{ "type": "module" }')
    write(
      'bare.js',
      `throw new Error('Enfilade cannot start: … or compile with emitDecoratorMetadata')\n`,
    )
    write('broken.js', `export default () => { throw new Error('no secret is set') }\n`)
    const bare = await examine({}, ['bare.js'])
    expect(bare.out).toMatch(
      /FAULT {2}Metadata: bare\.js has been compiled without types[^]*mend: compile with tsc/,
    )
    const broken = await examine({}, ['broken.js'])
    expect(broken.out).toMatch(
      /FAULT {2}App: the function that broken\.js exports failed[^]*no secret is set/,
    )
    const missing = await examine({}, ['missing.js'])
    expect([bare.code, broken.code, missing.code]).toEqual([1, 1, 1])
  })

  it('finds packages that are not installed', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'enfilade-doctor-'))
    const io = recordingIo({ cwd: outside })
    const code = await runCli(['doctor'], [doctorOn(() => WELL)], io)
    rmSync(outside, { recursive: true })
    expect(code).toBe(1)
    expect(io.written.out).toMatch(
      /FAULT {2}Packages: reflect-metadata, .* not installed\n +mend: npm install reflect-metadata/,
    )
  })

  it('reads the machine that it runs on', () => {
    const machine = thisMachine()
    expect(machine.node).toBe(process.versions.node)
    expect(machine.openFiles).toBeGreaterThan(0)
    expect(machine.read(join(process.cwd(), 'package.json'))).toContain('"enfilade"')
    expect(machine.read('/no/such/file')).toBeUndefined()
  })
})
