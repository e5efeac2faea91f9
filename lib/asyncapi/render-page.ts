import type {
  AsyncApiChannel,
  AsyncApiDocument,
  AsyncApiMessage,
  AsyncApiOperation,
  JsonSchema,
  Reference,
} from './asyncapi-document.js'
import { PAGE_STYLE } from './page-style.js'

/** A document as a page of HTML that needs nothing else: no script, no font, no other host. */
export function renderPage(document: AsyncApiDocument): string {
  const { info, channels, operations, components, servers = {} } = document
  const sections = Object.entries(channels).map(([id, channel]) =>
    renderChannel(document, id, channel),
  )
  const own = Object.entries(components.schemas)
  const links = Object.entries(channels)
    .map(([id, { address }]) => `<li><a href="#${id}">${pathOf(address)}</a></li>`)
    .join('')
  const hosts = Object.entries(servers)
    .map(([name, server]) => {
      const { protocol = '', host = '', pathname = '' } = server as Record<string, string>
      return `<li><b>${escape(name)}</b> <code>${escape(`${protocol}://${host}${pathname}`)}</code></li>`
    })
    .join('')
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(info.title)} ${escape(info.version)}</title>
<style>${PAGE_STYLE}</style>
<aside>
  <p class="brand">${escape(info.title)} <span>${escape(info.version)}</span></p>
  <nav><h2>Paths</h2><ul>${links}</ul><h2>More</h2><ul><li><a href="#schemas">Schemas</a></li>
  <li><a href="asyncapi.json">asyncapi.json</a></li></ul></nav>
</aside>
<main>
  <header>
    <h1>${escape(info.title)}</h1>
    <p class="lead">${escape(info.description ?? 'What travels over its WebSockets.')}</p>
    ${hosts === '' ? '' : `<ul class="servers">${hosts}</ul>`}
    <p class="counts">${Object.keys(channels).length} paths · ${Object.keys(operations).length} operations · AsyncAPI ${document.asyncapi}</p>
  </header>
  ${sections.join('\n')}
  <section id="schemas"><h2>Schemas</h2>
  ${own.map(([name, schema]) => renderNamed(name, schema)).join('\n')}
  </section>
</main>
</html>`
}

function renderChannel(document: AsyncApiDocument, id: string, channel: AsyncApiChannel): string {
  const pointer = `#/channels/${id}`
  const own = Object.values(document.operations).filter(({ channel: { $ref } }) => $ref === pointer)
  const parameters = Object.entries(channel.parameters ?? {})
    .map(([name, { description = '' }]: [string, { description?: string }]) => {
      return `<li><code>${escape(name)}</code> ${escape(description)}</li>`
    })
    .join('')
  return `<section id="${id}">
  <h2 class="path">${pathOf(channel.address)}</h2>
  ${parameters === '' ? '' : `<ul class="parameters">${parameters}</ul>`}
  ${own.map((operation) => renderOperation(document, operation)).join('\n')}
</section>`
}

function renderOperation(document: AsyncApiDocument, operation: AsyncApiOperation): string {
  const { action, summary, description, messages, reply } = operation
  const isCall = action === 'receive'
  const kind = isCall ? 'call' : 'push'
  const first = messages[0] && resolve(document, messages[0])
  const marks = [
    operation['x-stream'] === true ? '<span class="mark">stream</span>' : '',
    operation['x-deprecated'] === true ? '<span class="mark old">deprecated</span>' : '',
  ].join('')
  const bodies = [
    ...messages.map((message) => renderMessage(document, isCall ? 'Data' : 'Pushes', message)),
    ...(reply?.messages ?? []).map((message) => renderMessage(document, 'Replies', message)),
  ].join('')
  return `<article class="${kind}">
  <h3><span class="kind">${kind}</span> ${escape(first?.name ?? '')} ${marks}</h3>
  ${summary === undefined ? '' : `<p class="summary">${escape(summary)}</p>`}
  ${description === undefined ? '' : `<p>${escape(description)}</p>`}
  <p class="handler">${escape(operation['x-handler'])}</p>
  <div class="bodies">${bodies}</div>
</article>`
}

function renderMessage(document: AsyncApiDocument, label: string, pointer: Reference): string {
  const { payload, examples = [] } = resolve(document, pointer)
  const data = dataOf(payload)
  const shown = examples
    .map(
      (example) =>
        `<pre>${escape(JSON.stringify((example as { payload?: unknown }).payload, null, 2))}</pre>`,
    )
    .join('')
  const named = data && schemaOf(document, data)
  const body = data ? renderSchema(data) : '<p class="type">nothing</p>'
  return `<div><h4>${label}</h4>${body}${named ? renderSchema(named) : ''}${shown}</div>`
}

function resolve(document: AsyncApiDocument, { $ref }: Reference): AsyncApiMessage {
  const [, , channel = '', , name = ''] = $ref.split('/')
  return document.channels[channel]?.messages[name] as AsyncApiMessage
}

/** Of an envelope the part that differs. */
function dataOf(payload: JsonSchema): JsonSchema | undefined {
  const [first] = (payload.oneOf ?? [payload]) as JsonSchema[]
  return (first?.properties as Record<string, JsonSchema> | undefined)?.data
}

/** What a reference leads to; `undefined` for a schema that is none. */
function schemaOf({ components }: AsyncApiDocument, { $ref }: JsonSchema): JsonSchema | undefined {
  return typeof $ref === 'string' ? components.schemas[$ref.split('/').at(-1) ?? ''] : undefined
}

function renderNamed(name: string, schema: JsonSchema): string {
  return `<details id="schema-${escape(name)}" open><summary>${escape(name)}</summary>${renderSchema(schema)}</details>`
}

function renderSchema(schema: JsonSchema): string {
  if (schema.type !== 'object' || schema.properties === undefined) {
    return `<p class="type">${typeOf(schema)}</p>`
  }
  const required = (schema.required ?? []) as string[]
  const rows = Object.entries(schema.properties as Record<string, JsonSchema>)
    .map(([name, property]) => {
      const mark = required.includes(name) ? '' : ' <span class="optional">optional</span>'
      return `<tr><th>${escape(name)}${mark}</th><td>${typeOf(property)}${noteOf(property)}</td></tr>`
    })
    .join('')
  return `<table>${rows}</table>`
}

function noteOf({ title, description }: JsonSchema): string {
  const note = [title, description].filter((text) => typeof text === 'string').join('. ')
  return note === '' ? '' : `<p>${escape(note)}</p>`
}

/** A type in one line. */
function typeOf(schema: JsonSchema): string {
  const { $ref, allOf, oneOf, type, items, enum: values, const: only } = schema
  if (typeof $ref === 'string') {
    const name = escape($ref.split('/').at(-1) ?? '')
    return `<a href="#schema-${name}">${name}</a>`
  }
  if (Array.isArray(allOf)) return (allOf as JsonSchema[]).map(typeOf).join(' and ')
  if (Array.isArray(oneOf)) return (oneOf as JsonSchema[]).map(typeOf).join(' or ')
  if (only !== undefined) return `<code>${escape(JSON.stringify(only))}</code>`
  if (Array.isArray(values)) {
    return values.map((value) => `<code>${escape(JSON.stringify(value))}</code>`).join(' ')
  }
  if (type === 'array') return `list of ${typeOf((items ?? {}) as JsonSchema)}${limitsOf(schema)}`
  return `<span>${escape(typeof type === 'string' ? type : 'anything')}</span>${limitsOf(schema)}`
}

const LIMITS: readonly (readonly [string, string])[] = [
  ['format', ''],
  ['minLength', 'from '],
  ['maxLength', 'up to '],
  ['minimum', '≥ '],
  ['maximum', '≤ '],
  ['exclusiveMinimum', '> '],
  ['exclusiveMaximum', '< '],
  ['multipleOf', 'multiple of '],
  ['pattern', ''],
  ['minItems', 'from '],
  ['maxItems', 'up to '],
]

function limitsOf(schema: JsonSchema): string {
  return LIMITS.filter(([key]) => schema[key] !== undefined)
    .map(([key, word]) => `<em>${word}${escape(String(schema[key]))}</em>`)
    .join('')
}

function pathOf(address: string): string {
  return escape(address).replaceAll(/\{[^}]*\}/g, (name) => `<i>${name}</i>`)
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
