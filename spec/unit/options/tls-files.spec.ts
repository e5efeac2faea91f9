import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createCertificate, type Certificate } from '../../support/certificate.js'
import { problemOf, TABLE } from '../../support/option-problems.js'

describe('createWsApp checks TLS files', () => {
  let folder: string
  let certificate: Certificate
  let other: Certificate

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'enfilade-tls-'))
    writeFileSync(join(folder, 'text.pem'), 'no certificate')
    certificate = await createCertificate()
    other = await createCertificate()
  })

  afterAll(async () => {
    rmSync(folder, { recursive: true })
    await certificate.remove()
    await other.remove()
  })

  const wrong: [string, () => object, RegExp][] = [
    ['nothing', () => ({}), /^must name key_file_name/],
    ['no certificate', () => ({ key_file_name: certificate.keyFile }), /^must name cert_file_name/],
    [
      'a file that is not there',
      () => ({ key_file_name: '/none.pem', cert_file_name: certificate.certFile }),
      /^key_file_name: there is no file "\/none\.pem"/,
    ],
    [
      'a folder',
      () => ({ key_file_name: folder, cert_file_name: certificate.certFile }),
      /^key_file_name: there is no file/,
    ],
    [
      'text for a key',
      () => ({ key_file_name: join(folder, 'text.pem'), cert_file_name: certificate.certFile }),
      /^cannot be used: .+/,
    ],
    [
      'text for a certificate',
      () => ({ key_file_name: certificate.keyFile, cert_file_name: join(folder, 'text.pem') }),
      /^cannot be used: .+/,
    ],
    [
      'the key of another certificate',
      () => ({ key_file_name: other.keyFile, cert_file_name: certificate.certFile }),
      /^cannot be used: .*mismatch/,
    ],
    [
      'a passphrase that is no string',
      () => ({
        key_file_name: certificate.keyFile,
        cert_file_name: certificate.certFile,
        passphrase: 1,
      }),
      /^passphrase must be a string, got 1/,
    ],
    [
      'ciphers that there are none of',
      () => ({
        key_file_name: certificate.keyFile,
        cert_file_name: certificate.certFile,
        ssl_ciphers: 'none-such',
      }),
      /^cannot be used: .+/,
    ],
    [
      'a name that uWebSockets.js does not know',
      () => ({
        key_file_name: certificate.keyFile,
        cert_file_name: certificate.certFile,
        key: 'x',
      }),
      /^key is no part of it; there are key_file_name, /,
    ],
  ]

  it.each(wrong)('and refuses %s', (_what, tls, problem) => {
    expect(problemOf('tls', tls())).toEqual({
      where: 'createWsApp.tls',
      problem: expect.stringMatching(problem),
      mend: TABLE,
    })
  })

  it('and takes a key with its certificate', () => {
    const tls = { key_file_name: certificate.keyFile, cert_file_name: certificate.certFile }
    expect(problemOf('tls', tls)).toBeUndefined()
  })
})
