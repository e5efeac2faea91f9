import { describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { repository } from '../support/fixture.js'

/** Tells, on stderr, of every module that is loaded by `import`. */
const hook = `import { writeSync } from 'node:fs'
export const load = (url, context, next) => { writeSync(2, url + '\\n'); return next(url, context) }`
const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`
const listing = dataUrl(`import { register } from 'node:module'
register(${JSON.stringify(dataUrl(hook))})`)

/** A controller as the compiler would decorate it, and an app that has listened. */
const app = `
  const { Controller, createWsApp, OnMessage, WsServer } = await import('enfilade')
  class Chat { say() { return 'said' } }
  OnMessage('say')(Chat.prototype, 'say', Object.getOwnPropertyDescriptor(Chat.prototype, 'say'))
  Controller('/chat/:room')(Chat)
  const start = async (options) => {
    const made = createWsApp({ controllers: [Chat], ...options })
    await made.listen(0, '127.0.0.1')
    return made
  }`

interface Ran {
  /** Packages of which a module was loaded, by `import` or `require`. */
  readonly packages: readonly string[]
  /** Modules of Enfilade. */
  readonly own: readonly string[]
  readonly result: unknown
}

const KINDS = ['module', 'commonjs'] as const

/** Runs a program against the built package; what it returns comes back as JSON. */
async function run(kind: (typeof KINDS)[number], body: string): Promise<Ran> {
  const program = `(async () => {
    const load = ${kind === 'module' ? '(name) => import(name)' : 'require'}
    const result = await (async () => { ${app}\n${body} })()
    const { createRequire } = await import('node:module')
    const required = Object.keys(createRequire(process.cwd() + '/x.js').cache)
    console.log(JSON.stringify({ result, required }))
    process.exit()
  })()`
  const args = ['--import', listing, `--input-type=${kind}`, '--eval', program]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: repository })
  const { result, required } = JSON.parse(stdout) as { result: unknown; required: string[] }
  const files = [...stderr.split('\n'), ...required]
  const packages = files.flatMap(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? [],
  )
  const own = files.filter((file) => file.includes('/dist/') && !file.includes('node_modules'))
  return { packages: [...new Set(packages)].sort(), own, result }
}

describe.each(KINDS)('an app that needs nothing else, loaded from a %s', (kind) => {
  it('loads three packages, and a few files of Enfilade', async () => {
    const { packages, own } = await run(kind, 'await (await start()).close()')
    expect(packages).toEqual(['path-to-regexp', 'reflect-metadata', 'uWebSockets.js'])
    expect(own.length).toBeGreaterThan(0)
    expect(own.length).toBeLessThan(10)
  })

  it.each([
    ['cookie', "authorize: (request) => request.cookies['a']", 'Cookie: a=b'],
    ['proxy-addr', "trustProxy: ['loopback']", ''],
  ])('loads %s with what needs it', async (name, option, header) => {
    const { packages } = await run(
      kind,
      `const made = createWsApp({ controllers: [Chat], ${option} })
       const { port } = await made.listen(0, '127.0.0.1')
       const socket = (await import('node:net')).connect(port, '127.0.0.1')
       socket.write(['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade',
         'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', '${header}']
         .filter(Boolean).join('\\r\\n') + '\\r\\n\\r\\n')
       await new Promise((done) => socket.once('data', done))`,
    )
    expect(packages).toContain(name)
    expect(packages).not.toContain('tsyringe')
  })

  it('loads tsyringe when the container is asked for, with all that the app has', async () => {
    const { packages, result } = await run(
      kind,
      `const made = await start()
       const { container } = made
       return [container === made.container, container.resolve(WsServer) === made.server,
         container.resolve(Chat) === container.resolve(Chat)]`,
    )
    expect(packages).toContain('tsyringe')
    expect(result).toEqual([true, true, true])
  })

  it('has a container that is disposed of when the app is closed, even when it is asked for late', async () => {
    const { result } = await run(
      kind,
      `const made = await start()
       await made.close()
       try { made.container.resolve(Chat) } catch (error) { return error.message }`,
    )
    expect(result).toMatch('container has been disposed')
  })
})

describe.each(KINDS)('tsyringe that is loaded from a %s', (kind) => {
  it('after the controllers is the one that the app works in', async () => {
    const { result } = await run(
      kind,
      `const { container } = await load('tsyringe')
       const mock = new Chat()
       container.registerInstance(Chat, mock)
       container.registerInstance('token', 'value')
       const made = await start()
       return [made.container.resolve(Chat) === mock, made.container.resolve('token')]`,
    )
    expect(result).toEqual([true, 'value'])
  })

  it('after the app was made is the parent of its container', async () => {
    const { result } = await run(
      kind,
      `const made = await start()
       const { container } = await load('tsyringe')
       container.registerInstance('token', 'value')
       return made.container.resolve('token')`,
    )
    expect(result).toBe('value')
  })

  it('after the controllers builds them, and what they are injected into', async () => {
    const { result } = await run(
      kind,
      `class Moderated extends Chat {}
       Controller()(Moderated)
       const { container, injectable } = await load('tsyringe')
       class Desk { constructor(chat) { this.chat = chat } }
       Reflect.defineMetadata('design:paramtypes', [Moderated], Desk)
       injectable()(Desk)
       return [container.resolve(Chat) instanceof Chat, container.resolve(Desk).chat.say()]`,
    )
    expect(result).toEqual([true, 'said'])
  })

  it('is loaded by the first controller that has something injected', async () => {
    const { packages, result } = await run(
      kind,
      `class Desk { constructor(server) { this.server = server } }
       Reflect.defineMetadata('design:paramtypes', [WsServer], Desk)
       class Late extends Desk {}
       Controller()(Late)
       const made = await start({ controllers: [Chat, Late], logger: false })
       return made.container.resolve(Late).server === made.server`,
    )
    expect(packages).toContain('tsyringe')
    expect(result).toBe(true)
  })
})
