import { describe, expect, it } from '@jest/globals'
import { AppContainer } from '../../../lib/di/app-container.js'
import { isTsyringeLoaded } from '../../../lib/di/load-tsyringe.js'

// Nothing here imports tsyringe: Jest has a registry of modules for each spec file.
describe('an app for which nobody has loaded tsyringe', () => {
  class Plain {
    disposals = 0
    dispose(): void {
      this.disposals++
    }
  }
  class Other {
    disposals = 0
    dispose(_reason: string): void {
      this.disposals++
    }
  }

  it('builds singletons, and disposes of them as tsyringe does', async () => {
    const app = new AppContainer()
    expect([app.adopt(Plain), app.adopt(Other), app.adopt(Plain)]).toEqual([
      'singleton',
      'singleton',
      'registered',
    ])
    const [plain, other] = [app.resolve(Plain), app.resolve(Other)]
    expect(app.resolve(Plain)).toBe(plain)
    await app.dispose()
    expect([plain.disposals, other.disposals]).toEqual([1, 0])
    expect(isTsyringeLoaded()).toBe(false)
  })

  it('passes on what a dispose method rejects with', async () => {
    class Failing {
      dispose(): Promise<void> {
        return Promise.reject(new Error('stuck'))
      }
    }
    const app = new AppContainer()
    app.adopt(Failing)
    app.resolve(Failing)
    await expect(app.dispose()).rejects.toThrow('stuck')
  })

  it('lets through what a constructor throws', () => {
    class Broken {
      constructor() {
        throw new Error('no disk')
      }
    }
    const container = new AppContainer()
    expect(() => {
      container.adopt(Broken)
      container.resolve(Broken)
    }).toThrow('no disk')
    expect(isTsyringeLoaded()).toBe(false)
  })

  // The last one: tsyringe stays loaded.
  it('hands over what it has when the container is needed', async () => {
    const app = new AppContainer()
    app.register('token', 'value')
    app.adopt(Plain)
    app.adopt(Other)
    const plain = app.resolve(Plain)
    const { container } = app
    expect(isTsyringeLoaded()).toBe(true)
    expect(container.resolve('token')).toBe('value')
    expect(container.resolve(Plain)).toBe(plain)
    expect(container.resolve(Other)).toBe(app.resolve(Other))
    await app.dispose()
    expect(plain.disposals).toBe(1)
    expect(() => app.has('token')).toThrow('disposed')
  })
})
