import { ERROR_CODES } from '../errors/error-codes.js'
import type { JsonSchema } from './asyncapi-document.js'

const ID: JsonSchema = { $ref: '#/components/schemas/MessageId' }

/** The schemas of the protocol itself. */
export const PROTOCOL_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  MessageId: {
    title: 'Ties a reply to its message',
    oneOf: [{ type: 'string', minLength: 1, maxLength: 64 }, { type: 'integer' }],
  },
  ErrorReply: {
    type: 'object',
    properties: { id: ID, error: { $ref: '#/components/schemas/Error' } },
    required: ['id', 'error'],
  },
  Error: {
    type: 'object',
    properties: {
      code: {
        type: 'integer',
        description: Object.entries(ERROR_CODES)
          .map(([code, text]) => `${code}: ${text}`)
          .join('\n'),
      },
      message: { type: 'string' },
      details: { description: 'Of 400: the field and the rule of everything that is not valid' },
    },
    required: ['code', 'message'],
  },
  Member: {
    type: 'object',
    properties: { id: { type: 'string' }, state: {}, connections: { type: 'integer' } },
    required: ['id', 'state'],
  },
}

/** A message of a client; without `data` where none is taken. */
export function messageSchema(
  event: string,
  data: JsonSchema | undefined,
  isOptional: boolean,
): JsonSchema {
  return {
    type: 'object',
    properties: {
      ...{ event: { const: event }, path: { type: 'string' }, id: ID },
      ...(data && { data }),
    },
    required: ['event', 'path', ...(isOptional ? [] : ['data'])],
  }
}

/** A reply that is no error. */
export function replySchema(data: JsonSchema): JsonSchema {
  return { type: 'object', properties: { id: ID, data }, required: ['id', 'data'] }
}

/** An item of a reply that is a stream. */
export function itemSchema(data: JsonSchema): JsonSchema {
  const body = { type: 'object', properties: { id: ID, data }, required: ['id'] }
  return pushSchema('$item', body)
}

/** A push to a room. */
export function pushSchema(event: string, data: JsonSchema): JsonSchema {
  return {
    type: 'object',
    properties: {
      event: { const: event },
      path: { type: 'string' },
      params: { type: 'object', additionalProperties: { type: 'string' } },
      data,
      seq: { type: 'integer', description: 'The place in the history of the room' },
    },
    required: ['event', 'path'],
  }
}

/** What `$presence` pushes to the members of a room. */
export function presenceSchema(state: JsonSchema): JsonSchema {
  const member = {
    allOf: [{ $ref: '#/components/schemas/Member' }, { properties: { state } }],
  }
  const list = { type: 'array', items: member }
  return pushSchema('$presence', {
    type: 'object',
    properties: { join: list, update: list, leave: { type: 'array', items: { type: 'string' } } },
  })
}
