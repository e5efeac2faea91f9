/** What a member may do in a room: `'read'` receives only. */
export type RoomAccess = 'read' | 'write'
