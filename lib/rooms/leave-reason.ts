/**
 * Why a membership ended: the connection's own handler ended it, the server did, `@OnJoin` refused it
 * when it was asked again, or the connection is gone.
 */
export type LeaveReason = 'left' | 'kicked' | 'refused' | 'closed'
