export { yjs } from './yjs.js'
export { YjsEngine, type YjsCluster, type YjsEngineOptions } from './yjs-engine.js'
