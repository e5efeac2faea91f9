/** Small frames share blocks of this size: memory of its own costs a frame ten times what copying it does. */
const BLOCK = 8 * 1_024
/** What is larger has memory of its own, so that a frame which is kept keeps little besides. */
const MAX_SHARED = BLOCK / 8

/** Copies binary frames, as uWS takes its buffer back. */
export class FrameCopies {
  #block = new ArrayBuffer(BLOCK)
  #at = 0

  /** @returns bytes that stay valid; their `buffer` may hold others, too */
  of(bytes: ArrayBuffer): Uint8Array {
    const { byteLength } = bytes
    if (byteLength > MAX_SHARED) return new Uint8Array(bytes.slice(0))
    if (this.#at + byteLength > BLOCK) {
      this.#block = new ArrayBuffer(BLOCK)
      this.#at = 0
    }
    const copy = new Uint8Array(this.#block, this.#at, byteLength)
    copy.set(new Uint8Array(bytes))
    // As far as views of other types need it: somebody may read numbers out of a frame in place.
    this.#at += (byteLength + 7) & ~7
    return copy
  }
}
