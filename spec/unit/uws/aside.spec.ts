import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { Aside } from '../../../lib/uws/aside.js'
import { requireUws } from '../../../lib/uws/native.js'

const uws = requireUws()
const open: Aside[] = []

function create(): Aside {
  const aside = new Aside(uws)
  open.push(aside)
  return aside
}

function calls(aside: Aside): number {
  let count = 0
  aside.run(() => count++)
  return count
}

afterEach(() => {
  for (const aside of open.splice(0)) aside.close()
})

describe('Aside', () => {
  it('calls back at once: before it is open, when it is, and when it is closed', async () => {
    const aside = create()
    expect(calls(aside)).toBe(1)
    await aside.open()
    expect(calls(aside)).toBe(1)
    aside.close()
    expect(calls(aside)).toBe(1)
  })

  it('listens only until it has its response', async () => {
    const own = { ...uws }
    const asked = jest.spyOn(own, 'us_socket_local_port')
    const aside = new Aside(own)
    open.push(aside)
    await aside.open()
    await aside.open()
    expect(asked).toHaveBeenCalledTimes(1)
    const socket = connect(asked.mock.results[0]?.value as number, '127.0.0.1')
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNREFUSED')
  })

  it('does without where nothing comes of it', async () => {
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const own = { ...uws }
    jest.spyOn(own, 'us_socket_local_port').mockReturnValue(port)
    const aside = new Aside(own, 1)
    open.push(aside)
    await aside.open()
    expect(calls(aside)).toBe(1)
    silent.close()
  })

  it('may be closed while it opens, and opens no more', async () => {
    const aside = create()
    const opening = aside.open()
    aside.close()
    await opening
    await aside.open()
    expect(calls(aside)).toBe(1)
  })
})
