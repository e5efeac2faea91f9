import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate for `localhost` and `127.0.0.1`, in memory and as files. */
export interface Certificate {
  cert: string
  key: string
  certFile: string
  keyFile: string
  /** Deletes the files. */
  remove(): Promise<void>
}

const dayMs = 86_400_000

/**
 * Makes a self-signed certificate, valid for a day, with node:crypto alone: no program, package or
 * network is needed, so TLS specs run wherever Node does.
 */
export async function createCertificate(): Promise<Certificate> {
  const { cert, key } = selfSign('localhost')
  const folder = await mkdtemp(join(tmpdir(), 'enfilade-certificate-'))
  const certFile = join(folder, 'cert.pem')
  const keyFile = join(folder, 'key.pem')
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key, { mode: 0o600 })])
  const remove = () => rm(folder, { recursive: true, force: true })
  return { cert, key, certFile, keyFile, remove }
}

/** A certificate is three DER values in a row: what is said, how it is signed, the signature. */
function selfSign(commonName: string): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))))
  const said = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    sequence(utcTime(Date.now() - dayMs), utcTime(Date.now() + dayMs)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(basicConstraints(), alternativeNames(commonName))),
  )
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', said, privateKey)]))
  const lines = sequence(said, ecdsaWithSha256, signature)
    .toString('base64')
    .match(/.{1,64}/g)
  const cert = `-----BEGIN CERTIFICATE-----\n${lines?.join('\n')}\n-----END CERTIFICATE-----\n`
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

function basicConstraints(): Buffer {
  const isAuthority = sequence(der(0x01, Buffer.of(0xff)))
  return sequence(oid('551d13'), der(0x01, Buffer.of(0xff)), der(0x04, isAuthority))
}

function alternativeNames(dnsName: string): Buffer {
  const names = sequence(der(0x82, Buffer.from(dnsName)), der(0x87, Buffer.of(127, 0, 0, 1)))
  return sequence(oid('551d11'), der(0x04, names))
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14)
  return der(0x17, Buffer.from(`${digits}Z`))
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function der(tag: number, value: Buffer): Buffer {
  const length = value.length
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...bytes), value])
}
