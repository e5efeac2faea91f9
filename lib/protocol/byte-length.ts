const encoder = /* @__PURE__ */ new TextEncoder()

/** How many bytes a string takes in UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length
}
