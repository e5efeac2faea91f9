import { randomBytes } from 'node:crypto'
import { WsError } from 'enfilade'
import { jwtAuthorize, type JwtExpiry } from 'enfilade/jwt'
import { SignJWT } from 'jose'
import type { People, Role, SignIn } from './people.js'

const ISSUER = 'https://board.example'
const AUDIENCE = 'board'
const TYPE = 'at+jwt'

/** The session of a connection. */
export interface BoardSession extends JwtExpiry {
  readonly userId: string
  readonly role: Role
}

/** Issues tokens over HTTP, and checks them for WebSockets. */
export class Tokens {
  /** New with each start. Several processes would share one, or use a key pair. */
  readonly #secret = randomBytes(32)

  /** @param seconds how long a token is good for */
  constructor(
    private readonly people: People,
    private readonly seconds: number,
  ) {}

  issue({ id, person }: SignIn): Promise<string> {
    return new SignJWT({ signIn: id })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE })
      .setSubject(person.name)
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${this.seconds} seconds`)
      .sign(this.#secret)
  }

  /** The option `authorize` of the app. */
  readonly authorize = jwtAuthorize<BoardSession>({
    secret: this.#secret,
    issuer: ISSUER,
    audience: AUDIENCE,
    type: TYPE,
    requiredClaims: ['signIn'],
    // Who signs is who checks: there is one clock.
    clockTolerance: 0,
    // Only the first message has a token.
    from: [],
    session: ({ claims, expiresAt }) => {
      // Asked each time: a token that was signed a moment ago may have been taken back since.
      const person = this.people.personOf(String(claims.signIn))
      if (!person) throw new WsError(401, 'You have been signed out')
      return { userId: person.name, role: person.role, expiresAt }
    },
  })
}
