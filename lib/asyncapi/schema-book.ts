import type { Constructor, Description } from '../metadata/records.js'
import { emittedType, findRecord } from '../metadata/store.js'
import { fixedType, typeOf, type Rule } from '../validation/dto-graph.js'
import { loadLibraries } from '../validation/libraries.js'
import type { JsonSchema, Reference } from './asyncapi-document.js'
import { ruleSchema } from './rule-schema.js'

const PRIMITIVES = new Map<unknown, JsonSchema>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [Array, { type: 'array' }],
  [Date, { type: 'string', format: 'date-time' }],
])

/** The schemas of an app's classes, each once. */
export class SchemaBook {
  /** By name. */
  readonly schemas: Record<string, JsonSchema> = {}
  readonly #names = new Map<unknown, string>()

  /** The schema of a type as `@Data` has it: a class, a list of one, or what TypeScript emitted; or as it is. */
  of(type: unknown): JsonSchema {
    if (Array.isArray(type)) return { type: 'array', items: this.of(type[0]) }
    const primitive = PRIMITIVES.get(type)
    if (primitive) return primitive
    if (typeof type === 'object' && type !== null) return type as JsonSchema
    if (typeof type !== 'function') return {}
    return rulesOf(type).length > 0 ? this.#refer(type as unknown as Constructor) : {}
  }

  #refer(type: Constructor): JsonSchema {
    const known = this.#names.get(type)
    if (known !== undefined) return reference(known)
    let name = type.name === '' ? 'Anonymous' : type.name
    for (let count = 2; Object.hasOwn(this.schemas, name); count++) name = `${type.name}${count}`
    this.#names.set(type, name)
    // In place before its properties: one of them may be of the class itself.
    this.schemas[name] = {}
    this.schemas[name] = this.#describe(type)
    return reference(name)
  }

  #describe(type: Constructor): JsonSchema {
    const rules = rulesOf(type)
    const names = [...new Set(rules.map(({ propertyName }) => propertyName))]
    const properties = names.map((name) => {
      const own = rules.filter(({ propertyName }) => propertyName === name)
      return [name, this.#property(type, name, own)] as const
    })
    const required = names.filter(
      (name) => !rules.some((rule) => rule.propertyName === name && rule.name === 'isOptional'),
    )
    return {
      ...words(findRecord(type)?.description),
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    }
  }

  #property(type: Constructor, name: string, rules: readonly Rule[]): JsonSchema {
    const description = findRecord(type)?.properties?.get(name)
    const about = (wanted: readonly Rule[]): JsonSchema =>
      Object.assign({}, ...wanted.map((rule) => ruleSchema(rule))) as JsonSchema
    const each = rules.filter((rule) => rule.each)
    const whole = rules.filter((rule) => !rule.each)
    const libraries = loadLibraries()
    const isNested = rules.some(
      (rule) => rule.type === libraries.validator.ValidationTypes.NESTED_VALIDATION,
    )
    const typed = typeOf(type, name, libraries)
    const given = typed?.typeFunction && fixedType(typed.typeFunction)?.type
    const emitted = emittedType(type, name)
    const isList = emitted === Array || each.length > 0 || typed?.reflectedType === Array
    const item = this.of(given ?? (isList ? undefined : emitted))
    const inner = isNested || given !== undefined ? item : {}
    if (isList) {
      return {
        type: 'array',
        items: join(inner, about(each)),
        ...about(whole),
        ...words(description),
      }
    }
    return { ...join(isNested ? inner : plainOf(item), about(whole)), ...words(description) }
  }
}

/** A reference stands alone in draft 7: what is beside it would be ignored. */
function join(schema: JsonSchema, more: JsonSchema): JsonSchema {
  if (!('$ref' in schema)) return { ...schema, ...more }
  return Object.keys(more).length === 0 ? schema : { allOf: [schema, more] }
}

function plainOf(schema: JsonSchema): JsonSchema {
  return '$ref' in schema ? {} : schema
}

function rulesOf(type: unknown): Rule[] {
  const storage = loadLibraries().validator.getMetadataStorage()
  return storage.getTargetValidationMetadatas(type as never, '', false, false)
}

/** What a description says, in the words of JSON schema. */
function words(description: Description | undefined): JsonSchema {
  if (!description) return {}
  const { summary, description: text, examples, deprecated } = description
  return {
    ...(summary !== undefined && { title: summary }),
    ...(text !== undefined && { description: text }),
    ...(examples !== undefined && { examples }),
    ...(deprecated === true && { deprecated }),
  }
}

function reference(name: string): JsonSchema & Reference {
  return { $ref: `#/components/schemas/${name}` }
}
