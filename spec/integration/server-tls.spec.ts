import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createWsApp, WsDefinitionError, type WsAppOptions } from 'enfilade'
import { createCertificate, type Certificate } from '../support/certificate.js'
import { openRaw } from '../support/open-raw.js'
import { startApp } from '../support/start-app.js'

let certificate: Certificate
let folder: string

beforeAll(async () => {
  certificate = await createCertificate()
  folder = await mkdtemp(join(tmpdir(), 'enfilade-tls-'))
  await writeFile(join(folder, 'text.pem'), 'this is no certificate')
})
afterAll(async () => {
  await certificate.remove()
  await rm(folder, { recursive: true })
})

describe('tls', () => {
  it('serves wss', async () => {
    const { connect, url, port } = await startApp({
      controllers: [],
      tls: { key_file_name: certificate.keyFile, cert_file_name: certificate.certFile },
    })
    expect(url).toMatch(/^wss:/)
    const client = await connect({ origin: `https://127.0.0.1:${port}` })
    expect(await client.call('$ping', '/')).toBeNull()
    const socket = await openRaw(port, { tls: true })
    expect(socket.http.status).toBe(101)
    await client.close()
    const second = await connect()
    expect(await second.call('$ping', '/')).toBeNull()
  })

  it('does not serve ws', async () => {
    const { port } = await startApp({
      controllers: [],
      tls: { key_file_name: certificate.keyFile, cert_file_name: certificate.certFile },
    })
    await expect(openRaw(port)).rejects.toThrow('without an HTTP answer')
  })

  type Wrong = [fault: string, tls: () => unknown]
  it.each<Wrong>([
    ['must name key_file_name', () => ({})],
    ['must name cert_file_name', () => ({ key_file_name: certificate.keyFile })],
    ['must name key_file_name', () => 'cert.pem'],
    [
      'key_file_name: there is no file',
      () => ({ key_file_name: '/nowhere/key.pem', cert_file_name: certificate.certFile }),
    ],
    [
      'cert_file_name: there is no file',
      () => ({ key_file_name: certificate.keyFile, cert_file_name: folder }),
    ],
    [
      'ca_file_name: there is no file',
      () => ({
        key_file_name: certificate.keyFile,
        cert_file_name: certificate.certFile,
        ca_file_name: '/nowhere/ca.pem',
      }),
    ],
    [
      'cannot be used',
      () => ({ key_file_name: certificate.keyFile, cert_file_name: join(folder, 'text.pem') }),
    ],
    [
      'cannot be used',
      () => ({ key_file_name: join(folder, 'text.pem'), cert_file_name: certificate.certFile }),
    ],
    [
      'cannot be used',
      () => ({ key_file_name: certificate.certFile, cert_file_name: certificate.keyFile }),
    ],
  ])('that is wrong is a definition error: %s', (fault, tls) => {
    const options = { controllers: [], logger: false, tls: tls() } as unknown as WsAppOptions
    const create = (): unknown => createWsApp(options)
    expect(create).toThrow(WsDefinitionError)
    expect(create).toThrow(`createWsApp.tls: ${fault}`)
  })
})
