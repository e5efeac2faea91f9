import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { DocumentOwners } from 'enfilade/documents'

/** Two processes' ways to the same owners. */
export interface ConnectedOwners {
  readonly owners: readonly [DocumentOwners, DocumentOwners]
  /** Done when a lease of this moment is over. */
  expire(path: string): Promise<void>
  close(): Promise<void> | void
}

/** What everything that decides about owners of documents has to do. */
export function describeDocumentOwners(
  name: string,
  suite: { create(): Promise<ConnectedOwners> | ConnectedOwners },
): void {
  describe(`${name} gives a document one owner`, () => {
    let connected: ConnectedOwners
    let ann: DocumentOwners
    let bob: DocumentOwners
    beforeAll(async () => {
      connected = await suite.create()
      ;[ann, bob] = connected.owners
    })
    afterAll(() => connected.close())

    const nextPath = () => `/board/${crypto.randomUUID()} {a}`

    it('says to everybody who the first was', async () => {
      const path = nextPath()
      const lease = await ann.claim(path, 'ann')
      expect(lease).toEqual({ owner: 'ann', token: expect.any(Number) })
      expect(await bob.claim(path, 'bob')).toEqual(lease)
      expect(await bob.claim(nextPath(), 'bob')).toMatchObject({ owner: 'bob' })
    })

    it('has one winner of many who claim at once', async () => {
      const path = nextPath()
      const claims = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? ann : bob).claim(path, `node ${n}`),
      )
      const owners = new Set((await Promise.all(claims)).map(({ owner }) => owner))
      expect(owners.size).toBe(1)
    })

    it('gives a document that was given back to the next, with a higher token', async () => {
      const path = nextPath()
      const { token } = await ann.claim(path, 'ann')
      await ann.release(path, token)
      const next = await bob.claim(path, 'bob')
      expect(next.owner).toBe('bob')
      expect(next.token).toBeGreaterThan(token)
      expect(await ann.renew(path, token)).toBe(false)
      await ann.release(path, token)
      expect(await ann.claim(path, 'ann')).toEqual(next)
    })

    it('gives its owner another token, which ends the lease before', async () => {
      const path = nextPath()
      const first = await ann.claim(path, 'ann')
      const second = await ann.claim(path, 'ann')
      expect(second.token).toBeGreaterThan(first.token)
      expect(await ann.renew(path, first.token)).toBe(false)
      await ann.release(path, first.token)
      expect(await ann.renew(path, second.token)).toBe(true)
      expect(await bob.claim(path, 'bob')).toEqual(second)
    })

    it('does not renew what was given back, or never claimed', async () => {
      const path = nextPath()
      expect(await ann.renew(path, 1)).toBe(false)
      const { token } = await ann.claim(path, 'ann')
      await ann.release(path, token)
      expect(await ann.renew(path, token)).toBe(false)
    })

    it('gives a document to the next when nobody renewed it, with a higher token', async () => {
      const path = nextPath()
      const { token } = await ann.claim(path, 'ann')
      await connected.expire(path)
      const next = await bob.claim(path, 'bob')
      expect(next.owner).toBe('bob')
      expect(next.token).toBeGreaterThan(token)
      expect(await ann.renew(path, token)).toBe(false)
    })
  })
}
