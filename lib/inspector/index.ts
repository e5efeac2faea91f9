export { Inspector } from './inspector.js'
export type { InspectorOptions } from './inspector-options.js'
