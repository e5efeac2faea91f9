import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FileWatch } from '../../../lib/cli/watch/file-watch.js'
import { loadedFiles } from '../../../lib/cli/watch/loaded-files.js'
import { Inbox } from '../../support/inbox.js'

let root: string
let watch: FileWatch
let told: Inbox<readonly string[]>
const write = (name: string, text = 'x'): string => {
  writeFileSync(join(root, name), text)
  return join(root, name)
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'enfilade-watch-'))
  told = new Inbox('changed files')
  watch = new FileWatch({ gather: 15, changed: (files) => told.push(files) })
})

afterEach(() => {
  watch.close()
  rmSync(root, { recursive: true })
})

describe('FileWatch', () => {
  it('tells of files that were added, once, and not of their neighbours', async () => {
    const [a, b] = [write('a.js'), write('b.js')]
    watch.add(a)
    watch.add(b)
    write('c.js')
    write('b.js', 'y')
    write('a.js', 'y')
    write('a.js', 'z')
    expect(await told.next()).toEqual([a, b])
  })

  it('sees a file that takes the place of another, and the next one, too', async () => {
    const file = write('a.js')
    watch.add(file)
    for (const text of ['one', 'two']) {
      renameSync(write('a.js.tmp', text), file)
      expect(await told.next()).toEqual([file])
    }
  })

  it('sees a folder that is removed and made anew', async () => {
    mkdirSync(join(root, 'dist/inner'), { recursive: true })
    const file = write('dist/inner/a.js')
    watch.add(file)
    rmSync(join(root, 'dist'), { recursive: true })
    expect(await told.next()).toEqual([file])
    mkdirSync(join(root, 'dist/inner'), { recursive: true })
    write('dist/inner/a.js')
    expect(await told.next()).toEqual([file])
    write('dist/inner/a.js', 'changed')
    expect(await told.next()).toEqual([file])
  })

  it('tells of any code while it is loose, and of no data', async () => {
    watch.add(write('a.js'))
    watch.isLoose = true
    write('data.log')
    const missing = write('missing.js')
    expect(await told.next()).toEqual([missing])
  })
})

describe('loadedFiles', () => {
  it.each([
    [{ 'watch:import': ['file:///app/a.js'] }, ['/app/a.js']],
    [{ 'watch:import': ['file:///app/a%20b.ts?namespace=1'] }, ['/app/a b.ts']],
    [{ 'watch:require': ['/app/a.cjs'] }, ['/app/a.cjs']],
    [{ 'watch:import': ['node:fs', 'data:text/javascript,1'] }, []],
    [{ 'watch:import': ['file:///app/node_modules/x/index.js'] }, []],
    [{ 'watch:import': 'file:///app/a.js' }, []],
    [{ port: 3000 }, []],
    ['text', []],
  ])('reads %j', (message, files) => {
    expect(loadedFiles(message)).toEqual(files)
  })
})
