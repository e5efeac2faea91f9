/**
 * Thrown by `createWsApp` when uWebSockets.js cannot be used on this machine: not installed, or
 * built for another Node.js. The message says exactly what to install.
 */
export class WsPlatformError extends Error {
  override readonly name = 'WsPlatformError'
}
