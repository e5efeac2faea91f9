// Packs the package and uses it as a newcomer would: in an empty project, first without
// uWebSockets.js (which npm must not look for), then with the build this repository develops with.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const project = mkdtempSync(join(tmpdir(), 'enfilade-smoke-'))

const run = (cwd, command, ...args) => {
  console.log(`$ ${command} ${args.join(' ')}`)
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

const controller = `
import { createWsApp, Controller, OnMessage, Param } from 'enfilade'

class ChatController {
  say(room) { return room }
}
const say = Object.getOwnPropertyDescriptor(ChatController.prototype, 'say')
Param('room')(ChatController.prototype, 'say', 0)
OnMessage('say')(ChatController.prototype, 'say', say)
Controller('/chat/:room')(ChatController)

`

const onSockets = `
const app = createWsApp({ controllers: [ChatController], logger: false })
const { port } = await app.listen(0)
await app.close()
console.log(port > 0 ? 'listened' : 'no port')
`

const inMemory = `
import { createTestApp } from 'enfilade/testing'
const app = createTestApp({ controllers: [ChatController] })
const client = await app.connect()
console.log(await client.call('say', '/chat/general'))
await app.close()
`

/** As a newcomer would: npx enfilade create demo && cd demo && npm i && npm test && npm start. */
const createAndStart = async (tarball) => {
  run(project, 'npx', '--yes', '--package', tarball, 'enfilade', 'create', 'demo')
  const demo = join(project, 'demo')
  run(demo, 'npm', 'install', '--no-audit')
  run(demo, 'npm', 'test')
  const child = spawn('npm', ['start'], {
    cwd: demo,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: npm, its shell and the app are ended together.
    detached: true,
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const [, address] = /listens on (http:\S+)/.exec(line) ?? []
      if (address === undefined) continue
      const page = await (await fetch(address)).text()
      if (!page.includes('<title>demo</title>')) throw new Error(`The page of demo is: ${page}`)
      return
    }
    throw new Error('npm start ended before it listened')
  } finally {
    process.kill(-child.pid, 'SIGTERM')
    child.stdout.resume()
    await ended
  }
}

try {
  const packed = run(root, 'npm', 'pack', '--silent', '--pack-destination', project)
  const tarball = join(project, packed.trim().split('\n').at(-1))
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(project, 'main.js'), controller + onSockets)
  writeFileSync(join(project, 'test.js'), controller + inMemory)

  run(project, 'npm', 'install', '--no-audit', tarball)
  run(project, 'node', '--input-type=module', '--eval', "await import('enfilade')")
  const tested = run(project, 'node', 'test.js')
  if (tested.trim() !== 'general') throw new Error(`An app in memory answered: ${tested}`)

  const uws = `uWebSockets.js@${manifest.devDependencies['uWebSockets.js']}`
  run(project, 'npm', 'install', '--no-audit', uws)
  const said = run(project, 'node', 'main.js')
  if (said.trim() !== 'listened') throw new Error(`The packed package answered: ${said}`)
  console.log('The packed package installs, imports, is tested without sockets, and listens.')

  await createAndStart(tarball)
  console.log('A created app installs, passes its tests and serves its page.')
} finally {
  rmSync(project, { recursive: true, force: true })
}
