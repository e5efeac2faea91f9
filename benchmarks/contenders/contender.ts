/** A server that is measured: a module of its own process that calls {@link ready}. */
export interface Contender {
  readonly name: string
  /** The compiled module, relative to this folder. */
  readonly module: string
}

/** The first is the control: every other is told as a ratio to it. */
export const CONTENDERS: readonly Contender[] = [
  { name: 'uWebSockets.js by hand', module: './uws-by-hand.js' },
  { name: 'enfilade', module: './enfilade.js' },
]

/** Tells the harness that the server listens, and stops it when the harness is gone. */
export function ready(port: number): void {
  process.send?.({ port })
  process.once('disconnect', () => process.exit(0))
}
