// What the reference names and does not describe.

/** Steps that a type is reckoned in: whoever reads it sees the result. */
const STEPS = [
  ...['AnyEngine', 'CallDecorator', 'CallOf', 'Collect', 'Constructor', 'DataType', 'FAMILIES'],
  ...['ItemOf', 'Listener', 'Reference', 'Section', 'Simplify', 'SnapshotOf', 'TransactionOf'],
]

/** What the framework makes and hands on: nobody else can make one. */
const PARTS = [
  ...['AppHost', 'BroadcastExchange', 'ClientFrame', 'Encodings', 'EnteredRoom', 'MetricPlace'],
  ...['PresenceAccess', 'PushFrame', 'Reassembly', 'Room', 'RoomLog', 'RoomWatcher'],
  ...['RoomsContext', 'ServerFrame', 'SessionHost', 'SharedRoomsOptions', 'WsContextOwner'],
  ...['WsContextParts', 'WsServerParts'],
]

export const NOT_EXPORTED = [...STEPS, ...PARTS]
