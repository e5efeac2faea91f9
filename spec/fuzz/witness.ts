import { deepStrictEqual } from 'node:assert/strict'
import { WireClient } from '../support/wire-client.js'

/** A call whose right answer is known. */
export interface WitnessCall {
  event: string
  path: string
  data?: unknown
  /** The reply's data. */
  reply: unknown
}

/** Makes the n-th call of a witness. */
export type WitnessScript = (n: number) => WitnessCall

/** `echo` on `/echo`, which replies what it was given. */
export const echoScript: WitnessScript = (n) => {
  const data = { n, text: `witness ${n} é` }
  return { event: 'echo', path: '/echo', data, reply: data }
}

/** An innocent bystander: a connection of its own that has to be served whatever others send. */
export class Witness {
  calls = 0
  readonly #client: WireClient
  readonly #script: WitnessScript

  private constructor(client: WireClient, script: WitnessScript) {
    this.#client = client
    this.#script = script
  }

  static async connect(url: string, script: WitnessScript = echoScript): Promise<Witness> {
    return new Witness(await WireClient.connect(url), script)
  }

  /** Makes one call; throws when it is not answered, or not rightly. */
  async check(): Promise<void> {
    const { event, path, data, reply } = this.#script(this.calls++)
    deepStrictEqual(await this.#client.call(event, path, data), reply)
    deepStrictEqual(this.#client.strays, [])
  }

  leave(): void {
    this.#client.terminate()
  }
}
