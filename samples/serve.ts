import { WsListenError, type WsApp } from 'enfilade'

/** The port a sample listens on: `PORT`, else 3000. 0 picks a free one. */
export function chosenPort(): number {
  const { PORT = '' } = process.env
  const port = PORT.trim() === '' ? 3000 : Number(PORT)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  return giveUp(`PORT is "${PORT}", but a port is a whole number from 0 to 65535.`)
}

/**
 * Starts a sample's app and ends it well on Ctrl+C.
 *
 * @param command how this sample is started, to say how to choose another port
 */
export async function serve(app: WsApp, command: string, port = chosenPort()): Promise<number> {
  try {
    const listening = await app.listen(port)
    closeOnSignal(app)
    return listening.port
  } catch (error) {
    if (!(error instanceof WsListenError)) throw error
    const other = port < 1024 ? 3000 : port + 1
    const set = process.platform === 'win32' ? `set PORT=${other}&& ` : `PORT=${other} `
    return giveUp(
      `Port ${port} is taken, or not yours to use. Perhaps this sample runs already?\n` +
        `Stop the other program, or choose another port:\n\n    ${set}${command}\n`,
    )
  }
}

function closeOnSignal(app: WsApp): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Once: a second Ctrl+C ends the process without waiting.
    process.once(signal, () => void app.close({ drain: 2 }))
  }
}

function giveUp(text: string): never {
  console.error(`\n${text}`)
  process.exit(1)
}
