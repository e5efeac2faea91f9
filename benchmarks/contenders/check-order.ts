/** Thrown by contenders that check by hand. */
export class Invalid extends Error {}

/** The order that `enfilade.ts` describes by decorators, checked and copied by hand. */
export function checkOrder(data: unknown): object {
  if (typeof data !== 'object' || data === null) throw new Invalid('data must be an object')
  const { sku, quantity, note } = data as Record<string, unknown>
  if (typeof sku !== 'string' || sku.length < 1 || sku.length > 32) throw new Invalid('sku')
  if (!Number.isInteger(quantity) || (quantity as number) < 1) throw new Invalid('quantity')
  if (typeof note !== 'string' || note.length > 200) throw new Invalid('note')
  for (const key in data) {
    if (key !== 'sku' && key !== 'quantity' && key !== 'note') throw new Invalid(key)
  }
  return { sku, quantity, note }
}
