import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** What somebody may do on a board; a host may change what others may do. */
export const ROLES = ['reader', 'writer', 'host'] as const

/** One of `ROLES`. */
export type Role = (typeof ROLES)[number]

/** Somebody who may sign in. */
export interface Person {
  readonly name: string
  role: Role
}

/** Somebody who has signed in, once. */
export interface SignIn {
  /** Stands in the tokens. */
  readonly id: string
  /** Stands in the cookie, and nowhere else: whoever has it gets tokens. */
  readonly secret: string
  readonly person: Person
}

const hash = promisify<string, Buffer, number, Buffer>(scrypt)
const HASH_BYTES = 32

/** Who there is, and who is signed in. In memory: a restart signs everybody out. */
export class People {
  readonly #people: ReadonlyMap<string, Person>
  readonly #salt = randomBytes(16)
  readonly #passwordHash: Promise<Buffer>
  readonly #bySecret = new Map<string, SignIn>()
  readonly #byId = new Map<string, SignIn>()

  /** @param password of everybody, since this is a sample */
  constructor(roles: Readonly<Record<string, Role>>, password: string) {
    const people = Object.entries(roles).map(([name, role]) => [name, { name, role }] as const)
    this.#people = new Map(people)
    this.#passwordHash = hash(password, this.#salt, HASH_BYTES)
  }

  all(): readonly Person[] {
    return [...this.#people.values()]
  }

  find(name: string): Person | undefined {
    return this.#people.get(name)
  }

  /** Takes as long for a name that does not exist: nobody can find out which do. */
  async signIn(name: string, password: string): Promise<SignIn | undefined> {
    const given = await hash(password, this.#salt, HASH_BYTES)
    const isRight = timingSafeEqual(given, await this.#passwordHash)
    const person = this.#people.get(name)
    if (!isRight || !person) return undefined
    const signIn = { id: randomUUID(), secret: randomBytes(32).toString('base64url'), person }
    this.#bySecret.set(signIn.secret, signIn)
    this.#byId.set(signIn.id, signIn)
    return signIn
  }

  signInOf(secret: string): SignIn | undefined {
    return this.#bySecret.get(secret)
  }

  /** The person, as long as the sign-in has not been ended. */
  personOf(id: string): Person | undefined {
    return this.#byId.get(id)?.person
  }

  signOut({ id, secret }: SignIn): void {
    this.#bySecret.delete(secret)
    this.#byId.delete(id)
  }

  /** Ends every sign-in of a person. */
  signOutAll(name: string): void {
    for (const signIn of this.#byId.values()) {
      if (signIn.person.name === name) this.signOut(signIn)
    }
  }
}
