const encoder = /* @__PURE__ */ new TextEncoder()

/** How many bytes a string takes in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}

/**
 * Whether a string takes more than so many bytes in UTF-8. A unit of UTF-16 takes one to three, so
 * most strings need not be encoded to know.
 */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length * 3 <= limit) return false
  return text.length > limit || byteLength(text) > limit
}
