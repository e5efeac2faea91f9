import type { ClientDocument, RecordOf } from 'enfilade/client/documents'
import type { Box, Note, Stroke } from '../shapes.js'

/** What is on a board: the fields of its records are those that the server checks. */
export interface Fields {
  note: Pick<Note, 'x' | 'y' | 'hue' | 'text'>
  box: Pick<Box, 'x' | 'y' | 'hue' | 'form' | 'width' | 'height'>
  stroke: Pick<Stroke, 'x' | 'y' | 'hue' | 'points'>
}

export type Board = ClientDocument<Fields>

export type Shape = RecordOf<Fields>

/** What the hand holds. */
export type Tool = 'select' | 'note' | 'rectangle' | 'ellipse' | 'pen'

export interface Point {
  readonly x: number
  readonly y: number
}

/** The side of a note. */
export const NOTE_SIZE = 180

export function newId(): string {
  return crypto.randomUUID()
}
