type Child = Node | string | undefined
/** A listener, an attribute, or nothing. */
type Property = ((event: never) => unknown) | string | number | boolean | undefined

/** Makes an element; a property that is a function is a listener. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Readonly<Record<string, Property>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name, value as EventListener)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value))
  }
  for (const child of children) if (child !== undefined) element.append(child)
  return element
}

/** The element of an id, which the page has. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (!element) throw new Error(`There is no #${id}`)
  return element
}

const SVG = 'http://www.w3.org/2000/svg'

export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: Node[]
): SVGElement {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value))
  element.append(...children)
  return element
}

/** `12,345`, or short: `123.4 k`. */
export function count(value: number): string {
  if (value < 100_000) return value.toLocaleString('en')
  return value < 1_000_000
    ? `${(value / 1_000).toFixed(1)} k`
    : `${(value / 1_000_000).toFixed(1)} M`
}

export function bytes(value: number): string {
  if (value < 1_024) return `${value} B`
  if (value < 1_048_576) return `${(value / 1_024).toFixed(1)} KiB`
  return `${(value / 1_048_576).toFixed(1)} MiB`
}

export function microseconds(value: number | undefined): string {
  if (value === undefined) return '–'
  if (value < 1_000) return `${Math.round(value)} µs`
  if (value < 1_000_000) return `${(value / 1_000).toPrecision(3)} ms`
  return `${(value / 1_000_000).toPrecision(3)} s`
}

/** `14:05:09`. */
export const clock = (at: number): string => new Date(at).toTimeString().slice(0, 8)

/** How long, in its largest two units. */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return hours < 24
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`
}
