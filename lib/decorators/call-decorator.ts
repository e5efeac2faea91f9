import type { CallData, CallReply, ChannelContract } from '../protocol/channel.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { WsMessageInfo } from '../runtime/ws-context.js'
import type { WsRooms } from '../runtime/ws-rooms.js'
import type { WsServer } from '../runtime/ws-server.js'

type Method = (...args: never[]) => unknown

/** What other parameters of a handler get: path parameters and the objects a handler meets. */
type Known =
  string | Readonly<Record<string, string>> | WsMessageInfo | WsConnection | WsRooms | WsServer

/** `undefined` is replied as `null`. */
type Replied<T> = T extends undefined ? null : T

type Fits<Wanted, Given> = [Replied<Given>] extends [Replied<Wanted>] ? true : false

/** Whether some parameter takes the data, or none is of a type that could be meant for it. */
type TakesData<Data, Params extends readonly unknown[]> = Params extends readonly [
  infer First,
  ...infer Rest,
]
  ? [Data] extends [First]
    ? true
    : TakesData<Data, Rest>
  : false

/** An interface or class of texts only is data, a record with any key is what `@Param()` gives. */
type IsKnown<Param> = [Param] extends [Known]
  ? [Param] extends [string]
    ? true
    : [Param] extends [Readonly<Record<string, string>>]
      ? string extends keyof Param
        ? true
        : false
      : true
  : false

type HasOther<Params extends readonly unknown[]> = Params extends readonly [
  infer First,
  ...infer Rest,
]
  ? IsKnown<First> extends true
    ? HasOther<Rest>
    : true
  : false

type DataFits<Data extends readonly unknown[], M extends Method> = Data extends readonly [infer D]
  ? TakesData<D, Required<Parameters<M>>> extends true
    ? true
    : HasOther<Required<Parameters<M>>> extends true
      ? false
      : true
  : true

/** What is wrong with a handler of a call, as a property that it lacks: the compiler names it. */
type Verdict<C extends ChannelContract, E extends string, M extends Method> =
  Fits<CallReply<C, E>, Awaited<ReturnType<M>>> extends true
    ? DataFits<CallData<C, E>, M> extends true
      ? unknown
      : { readonly 'no parameter takes the data of the call': CallData<C, E>[0] }
    : { readonly 'the channel has another reply': CallReply<C, E> }

/** Decorates a handler of a channel's call, and is checked against it. */
export type CallDecorator<C extends ChannelContract, E extends string> = <M extends Method>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<M> & Verdict<C, E, M>,
) => void
