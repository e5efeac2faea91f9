import { h } from './dom.js'

/** What is used of JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: unknown
}

/** Fields for a value of a schema; JSON where there are none. */
export class SchemaForm {
  readonly element: HTMLElement
  readonly #read: () => unknown

  constructor(schema: Schema | undefined) {
    const [element, read] = field(schema ?? {}, true)
    this.element = element
    this.#read = read
  }

  /** @throws Error for what is no JSON */
  get value(): unknown {
    return this.#read()
  }
}

type Field = [element: HTMLElement, read: () => unknown]

function field(schema: Schema, isRequired: boolean): Field {
  const type = typeof schema.type === 'object' ? schema.type[0] : schema.type
  if (schema.enum) return choice(schema.enum, isRequired)
  if (type === 'object' && schema.properties) return group(schema)
  if (type === 'string') return text(schema, isRequired)
  if (type === 'number' || type === 'integer') return number(schema, isRequired, type)
  if (type === 'boolean') return check()
  return json()
}

function group({ properties = {}, required = [] }: Schema): Field {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const [element, read] = field(schema, required.includes(name))
    return { name, element, read, isCheck: schema.type === 'boolean' }
  })
  const labels = fields.map(({ name, element, isCheck }) => {
    const title = required.includes(name) ? name : `${name} (optional)`
    // A label is for one field: a group in it has labels of its own.
    const tag = element.classList.contains('fields') ? 'div' : 'label'
    return h(tag, { class: isCheck && 'check' }, title, element)
  })
  const read = (): unknown =>
    Object.fromEntries(
      fields.map(({ name, read: own }) => [name, own()]).filter(([, value]) => value !== undefined),
    )
  return [h('div', { class: 'fields' }, ...labels), read]
}

function text({ minLength, maxLength }: Schema, isRequired: boolean): Field {
  const isNeeded = isRequired && minLength !== undefined && minLength > 0
  const input = h('input', {
    type: 'text',
    minlength: minLength,
    maxlength: maxLength,
    required: isNeeded,
  })
  return [input, () => (input.value === '' && !isRequired ? undefined : input.value)]
}

function number({ minimum, maximum }: Schema, isRequired: boolean, type: string): Field {
  const step = type === 'integer' ? 1 : 'any'
  const input = h('input', {
    type: 'number',
    min: minimum,
    max: maximum,
    step,
    required: isRequired,
  })
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

function json(): Field {
  const input = h('textarea', { placeholder: 'Data, as JSON', 'aria-label': 'Data' })
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
