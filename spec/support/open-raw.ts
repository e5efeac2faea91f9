import { afterEach } from '@jest/globals'
import { RawSocket, type RawSocketOptions } from './raw-socket.js'

const open = new Set<RawSocket>()

afterEach(() => {
  for (const socket of open) socket.destroy()
  open.clear()
})

/** `RawSocket.open`; the connection is dropped after the test. */
export async function openRaw(port: number, options?: RawSocketOptions): Promise<RawSocket> {
  const socket = await RawSocket.open(port, options)
  open.add(socket)
  return socket
}

/** `RawSocket.connect`; the connection is dropped after the test. */
export async function connectRaw(port: number, options?: RawSocketOptions): Promise<RawSocket> {
  const socket = await RawSocket.connect(port, options)
  open.add(socket)
  return socket
}

/** The status and body of the answer to an upgrade. */
export async function upgradeAnswer(
  port: number,
  options?: RawSocketOptions,
): Promise<{ status: number; body: string }> {
  const { status, body } = (await openRaw(port, options)).http
  return { status, body }
}
