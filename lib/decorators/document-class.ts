import { markInjectable } from '../di/mark-injectable.js'
import type { Constructor, DocumentClassRecord } from '../metadata/records.js'
import { ownRecord } from '../metadata/store.js'

/** Makes a class decorator that says that the class is a document. */
export function documentClass(record: DocumentClassRecord): ClassDecorator {
  return (target) => {
    const type = target as unknown as Constructor
    ownRecord(type).document = record
    markInjectable(type)
  }
}
