export { msgpack } from './msgpack.js'
export { ENFILADE_V1_MSGPACK } from '../protocol/subprotocol.js'
export type { WsSubprotocolCodec } from '../protocol/codec.js'
