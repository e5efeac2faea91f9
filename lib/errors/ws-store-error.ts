/** Why a shared store did not do what it was asked: it is out of reach, took too long, or said no. */
export type WsStoreFault = 'down' | 'late' | 'refused'

/** A shared history or session store could not do what it was asked. */
export class WsStoreError extends Error {
  readonly fault: WsStoreFault

  constructor(fault: WsStoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'WsStoreError'
    this.fault = fault
  }
}
