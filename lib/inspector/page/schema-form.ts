import type { RouteForm } from './api.js'
import { h } from './dom.js'
import { hintOf, type Schema } from './schema-hint.js'

/**
 * Fields for a value of a schema, or JSON where it has none. They say what is allowed and keep nobody
 * from something else: that the server refuses it may be what is to be tried.
 */
export class SchemaForm {
  readonly element: HTMLElement
  readonly #schema: Schema | undefined
  #read: () => unknown = () => undefined
  #isText = false

  constructor(schema: RouteForm['schema']) {
    this.#schema = schema
    this.element = h('div', { class: 'form' })
    this.#draw()
  }

  /** @throws Error for what is no JSON */
  get value(): unknown {
    return this.#read()
  }

  #draw(): void {
    const schema = this.#schema
    const hasFields = schema?.properties !== undefined
    const text = this.#isText ? JSON.stringify(this.#read(), null, 2) : ''
    const [element, read] = field(this.#isText ? {} : (schema ?? {}), true, text)
    this.#read = read
    const toggle = (): void => {
      this.#isText = !this.#isText
      this.#draw()
    }
    const title = this.#isText ? 'Use the fields' : 'Edit as JSON'
    const button = h('button', { type: 'button', class: 'link-button', click: toggle }, title)
    const head = h(
      'div',
      { class: 'form-head' },
      h('span', {}, 'Data'),
      hasFields ? button : undefined,
    )
    this.element.replaceChildren(head, element)
  }
}

type Field = [element: HTMLElement, read: () => unknown]

function field(schema: Schema, isRequired: boolean, value = ''): Field {
  const type = typeof schema.type === 'object' ? schema.type[0] : schema.type
  if (schema.enum) return choice(schema.enum, isRequired)
  if (type === 'object' && schema.properties) return group(schema)
  if (type === 'string') return text(isRequired)
  if (type === 'number' || type === 'integer') return number()
  if (type === 'boolean') return check()
  return json(value)
}

function group({ properties = {}, required = [] }: Schema): Field {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const isRequired = required.includes(name)
    const [element, read] = field(schema, isRequired)
    return { name, element, read, schema, isRequired }
  })
  const labels = fields.map(({ name, element, schema, isRequired }) => {
    const hint = [isRequired ? '' : 'optional', hintOf(schema)].filter(Boolean).join(' · ')
    const title = h('span', {}, name, h('span', { class: 'hint' }, hint))
    // A label is for one field: a group in it has labels of its own.
    const tag = element.classList.contains('fields') ? 'div' : 'label'
    const isCheck = schema.type === 'boolean'
    return h(tag, { class: isCheck && 'check' }, ...(isCheck ? [element, title] : [title, element]))
  })
  const read = (): unknown => {
    const values = fields
      .map(({ name, read: own, isRequired }) => [name, own(), isRequired] as const)
      .filter(([, value, isRequired]) => isRequired || !isNothing(value))
    return Object.fromEntries(values.filter(([, value]) => value !== undefined))
  }
  return [h('div', { class: 'fields' }, ...labels), read]
}

/** A group that may be left out is, when nothing is written in it. */
function isNothing(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return value === undefined
  return Object.values(value).every((part) => isNothing(part) || part === false)
}

function text(isRequired: boolean): Field {
  const input = h('input', { type: 'text' })
  return [input, () => (input.value === '' && !isRequired ? undefined : input.value)]
}

function number(): Field {
  const input = h('input', { type: 'number', step: 'any' })
  return [input, () => (input.value === '' ? undefined : Number(input.value))]
}

function check(): Field {
  const input = h('input', { type: 'checkbox' })
  return [input, () => input.checked]
}

function choice(values: readonly unknown[], isRequired: boolean): Field {
  const none = isRequired ? [] : [h('option', { value: '' }, '–')]
  const options = values.map((value, index) => h('option', { value: index }, String(value)))
  const select = h('select', {}, ...none, ...options)
  return [select, () => (select.value === '' ? undefined : values[Number(select.value)])]
}

function json(value = ''): Field {
  const input = h('textarea', { placeholder: 'JSON', 'aria-label': 'JSON', spellcheck: 'false' })
  input.value = value
  const read = (): unknown => {
    if (input.value.trim() === '') return undefined
    try {
      return JSON.parse(input.value) as unknown
    } catch {
      throw new Error('The data is no JSON')
    }
  }
  return [input, read]
}
