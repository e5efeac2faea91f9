/** Whose wire a server speaks. */
export type WireName = 'json' | 'msgpack' | 'socket.io' | 'nest'
