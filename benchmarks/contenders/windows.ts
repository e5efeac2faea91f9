import { createWsApp } from 'enfilade'

/** Whether the Enfilade that is measured has `broadcastWindow`: older ones refuse the option. */
export function hasWindows(): boolean {
  const options = { controllers: [], logger: false as const, broadcastWindow: 2 }
  try {
    createWsApp(options)
    return true
  } catch {
    return false
  }
}
