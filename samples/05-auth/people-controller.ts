import { Access, Controller, Data, OnMessage, Server, WsError, WsServer } from 'enfilade'
import { IsIn, IsString } from 'class-validator'
import { People, ROLES, type Person, type Role } from './people.js'
import type { BoardSession } from './tokens.js'

class Name {
  @IsString()
  name!: string
}

class NewRole extends Name {
  @IsIn(ROLES)
  role!: Role
}

/** What a host sees of somebody. */
interface Seen extends Person {
  readonly connections: number
}

/** For hosts: what the others may do, and an end to it. */
@Controller('/people')
@Access(({ role }: BoardSession) => role === 'host')
export class PeopleController {
  constructor(private readonly people: People) {}

  @OnMessage('list')
  list(@Server() server: WsServer): Seen[] {
    return this.people
      .all()
      .map((person) => ({ ...person, connections: server.userConnections(person.name).length }))
  }

  /** Holds at once, wherever the person is connected; the rooms are asked again. */
  @OnMessage('role')
  async role(@Server() server: WsServer, @Data() { name, role }: NewRole): Promise<Person> {
    const person = this.#find(name)
    person.role = role
    await server.revoke(name, { reauthorize: true })
    server.user(name).send('role', '/people', { role })
    return person
  }

  /** Closes every connection of a person, and lets no token in that they may still have. */
  @OnMessage('sign-out')
  async signOut(
    @Server() server: WsServer,
    @Data() { name }: Name,
  ): Promise<{ connections: number }> {
    this.people.signOutAll(this.#find(name).name)
    const reason = 'A host has signed you out'
    return { connections: await server.revoke(name, { reason }) }
  }

  #find(name: string): Person {
    const person = this.people.find(name)
    if (!person) throw new WsError(404, 'There is nobody of that name')
    return person
  }
}
