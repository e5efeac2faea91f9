import { describe, expect, it } from '@jest/globals'
import { WIRES } from '../../../benchmarks/load/wires.js'

const message = { event: 'say', path: '/room/1', data: { text: 'hi' }, id: 3 }

describe.each([
  {
    name: 'json' as const,
    sent: JSON.stringify(message),
    reply: '{"id":3,"data":{"text":"hi"}}',
    refusal: '{"id":3,"error":{"code":400}}',
    push: '{"event":"say","path":"/room/1","data":1}',
  },
  {
    name: 'socket.io' as const,
    sent: '423["say",{"path":"/room/1","data":{"text":"hi"}}]',
    reply: '433[{"data":{"text":"hi"}}]',
    refusal: '433[{"error":{"code":400}}]',
    push: '42["say",{"path":"/room/1","data":1}]',
  },
  {
    name: 'nest' as const,
    sent: '{"event":"say","data":{"path":"/room/1","data":{"text":"hi"},"id":3}}',
    reply: '{"event":"say","data":{"id":3,"data":{"text":"hi"}}}',
    refusal: '{"event":"exception","data":{"status":"error","cause":{"data":{"id":3}}}}',
    push: '{"event":"say","data":{"path":"/room/1","data":1}}',
  },
])('the wire $name', ({ name, sent, reply, refusal, push }) => {
  const wire = WIRES[name]

  it('carries messages', () => {
    expect(wire.encode(message)).toBe(sent)
  })

  it('tells replies, refusals and pushes apart', () => {
    expect(wire.decode(reply)).toEqual({ id: 3, data: { text: 'hi' } })
    expect(wire.decode(refusal)).toEqual({ id: 3, error: { code: 400 } })
    expect(wire.decode(push)).toEqual({ event: 'say', path: '/room/1', data: 1 })
  })
})
