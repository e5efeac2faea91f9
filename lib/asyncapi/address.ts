/** A path pattern as AsyncAPI has it. */
export interface Address {
  /** The key of the channel. */
  readonly id: string
  /** `/chat/{room}` */
  readonly address: string
  readonly parameters: Readonly<Record<string, { readonly description: string }>>
}

const PARAMETER = /([:*])(?:"([^"]*)"|([\p{ID_Start}$_][\p{ID_Continue}$]*))/gu

/** Reads a pattern of path-to-regexp: `/chat/:room`, `/files/*path`, `/users{/:id}`. */
export function readAddress(pattern: string): Address {
  const parameters: Record<string, { description: string }> = {}
  const optional = new Set(
    [...pattern.matchAll(/\{([^}]*)\}/g)].flatMap(([, group = '']) =>
      [...group.matchAll(PARAMETER)].map(([, , quoted, plain]) => quoted ?? plain),
    ),
  )
  const address = pattern.replaceAll(/[{}]/g, '').replaceAll(PARAMETER, (...match) => {
    const [, kind, quoted, plain] = match as [string, string, string?, string?]
    const name = (quoted ?? plain ?? '').replaceAll(/[^\w-]/g, '_')
    const extent = kind === '*' ? 'One or more segments' : 'One segment'
    const description = `${extent}, percent-encoded${optional.has(quoted ?? plain) ? '; may be left out' : ''}`
    parameters[name] = { description }
    return `{${name}}`
  })
  const id = address.replaceAll(/[^\w]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return { id: id === '' ? 'root' : id, address, parameters }
}
