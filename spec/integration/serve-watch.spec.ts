import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from '@jest/globals'
import type { WsRoom } from 'enfilade/client'
import { compileFixture, repository } from '../support/fixture.js'
import { fork, type Child } from '../support/fork.js'
import { Inbox } from '../support/inbox.js'
import { openClient } from '../support/open-client.js'

const fixtures = join(repository, 'spec/support/fixtures')
const folder = join(repository, 'build/spec-fixtures', `watched-${process.pid}`)

let command: Child | undefined

afterEach(async () => {
  await command?.stop('SIGTERM', 10_000)
  command = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** The app in a folder of its own, in which `enfilade` is found. */
async function copyApp(extension: 'js' | 'ts'): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const compiled = extension === 'js' ? await compileFixture(`${fixtures}/watched-app.ts`) : ''
  const from = extension === 'js' ? join(compiled, '..') : fixtures
  copyFileSync(join(from, `watched-app.${extension}`), join(folder, `app.${extension}`))
  const compilerOptions = { experimentalDecorators: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  greet(extension, 'one')
}

function greet(extension: 'js' | 'ts', text: string): void {
  writeFileSync(join(folder, `greeting.${extension}`), `export const greeting = '${text}'\n`)
}

async function serve(file: string, env: Record<string, string> = {}): Promise<Child> {
  command = await fork('dist/cli/main.js', {
    args: ['serve', file, '--watch', '--port', '0', '--host', '127.0.0.1'],
    ...{ cwd: folder, env, ready: /listens on http:\/\/127\.0\.0\.1:(\d+), and is started/ },
  })
  return command
}

interface Visitor {
  readonly room: WsRoom
  readonly heard: Inbox<unknown>
  readonly gaps: unknown[]
  readonly comesBack: () => Promise<unknown>
}

async function enter(port: number): Promise<Visitor> {
  const { client, become } = openClient(`ws://127.0.0.1:${port}`)
  await become('open')
  const room = client.room('/chat/general')
  const heard = new Inbox<unknown>('something said')
  const gaps: unknown[] = []
  room.on('said', (data) => heard.push(data))
  room.onGap(() => gaps.push(room))
  await room.join()
  return { room, heard, gaps, comesBack: () => become('open') }
}

it('starts an app again when its files change, and sessions go on without a gap', async () => {
  await copyApp('js')
  const { port } = await serve('app.js')
  const [ann, bob] = [await enter(port), await enter(port)]
  const back = [ann.comesBack(), bob.comesBack()]
  greet('js', 'two')
  await command?.nextLine(/^enfilade: greeting\.js has changed/)
  await Promise.all(back)
  expect(await ann.room.call('greet')).toBe('two')
  await ann.room.call('say', 'still here')
  expect(await bob.heard.next()).toBe('still here')

  writeFileSync(join(folder, 'greeting.js'), "export const greeting = 'three")
  await command?.nextLine(/greeting\.js:1/)
  await command?.nextLine(/the new worker 1 did not start; the others stay as they are/)
  expect(await ann.room.call('greet')).toBe('two')

  const again = ann.comesBack()
  greet('js', 'three')
  await again
  expect(await ann.room.call('greet')).toBe('three')
  expect([ann.gaps, bob.gaps]).toEqual([[], []])
}, 30_000)

it('does so for TypeScript with a compiler that Node has loaded', async () => {
  await copyApp('ts')
  const { port } = await serve('app.ts', { NODE_OPTIONS: '--import tsx' })
  const ann = await enter(port)
  const back = ann.comesBack()
  greet('ts', 'two')
  await back
  expect(await ann.room.call('greet')).toBe('two')
  expect(ann.gaps).toEqual([])
}, 30_000)
