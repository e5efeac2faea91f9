/** Whose wire a server speaks. */
export type WireName = 'json' | 'socket.io' | 'nest'
