import 'reflect-metadata'
import { Exclude, Expose, Transform, Type } from 'class-transformer'
import {
  Allow,
  IsBoolean,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Validate,
  ValidateNested,
  ValidatePromise,
  ValidatorConstraint,
} from 'class-validator'
import { compiledDtos, Mutual, Named, Plain, plain, text, type DtoRow } from './compiled-dtos.js'

/** A class, data that is valid or nearly so, and whether the class may be compiled. */
export interface OddDto {
  readonly type: new (...args: never[]) => object
  readonly data: readonly object[]
  readonly compiled: boolean
  readonly groups?: string[]
}

class StrayPreset {
  @IsString() text!: string
  stray = 1
}

class BrokenRing {
  @IsOptional() @ValidateNested() @Type(() => BrokenLink) link?: object
}
class BrokenLink {
  @IsOptional() @ValidateNested() @Type(() => BrokenRing) ring?: BrokenRing
  @IsString() @Transform(({ value }) => String(value)) text!: string
}

class Collections {
  @ValidateNested() @Type(() => Plain) set!: Set<Plain>
}
class Maps {
  @ValidateNested() @Type(() => Plain) map!: Map<string, Plain>
}
class DateNested {
  @IsOptional() @ValidateNested() @Type(() => Date) at!: Date
}
class TypeOnly {
  @IsObject() @Type(() => Plain) plain!: Plain
}
class NoType {
  @IsOptional() @ValidateNested() inner?: object
}
class RulelessInner {
  inner!: string
}
class NestsRuleless {
  @ValidateNested() @Type(() => RulelessInner) inner!: RulelessInner
}
class Promised {
  @ValidatePromise() @IsString() later!: unknown
}

class Discriminated {
  @ValidateNested()
  @Type(() => Plain, {
    discriminator: { property: 'kind', subTypes: [{ name: 'pair', value: Mutual }] },
  })
  figure!: object
}

class Dynamic {
  @IsBoolean() deep!: boolean
  @ValidateNested() @Type((options) => (options?.object.deep ? Mutual : Plain)) inner!: object
}

class Transformed {
  @IsString() @Transform(({ value }: { value: unknown }) => `${String(value)}!`) text!: string
}
class Exposed {
  @IsString() @Expose({ name: 'given' }) text!: string
}
class Excluded {
  @IsOptional() @IsString() @Exclude() text?: string
}
@Exclude()
class AllExcluded {
  @IsOptional() @IsString() text?: string
}
class ExposedChild extends Exposed {
  @IsInt() age!: number
}

class NeedsArguments {
  @IsString() text: string
  constructor(text: string) {
    this.text = text.trim()
  }
}
class ReturnsAnother {
  @IsOptional() @IsString() text?: string
  constructor() {
    return Object.create({}) as never
  }
}

class Accessors {
  #text = ''
  @IsString() get text(): string {
    return this.#text
  }
  set text(value: string) {
    this.#text = value.trim()
  }
}
class ReadOnly {
  readonly #two: number = 2
  @IsInt() get two(): number {
    return this.#two
  }
}
class InheritsReadOnly extends ReadOnly {
  @IsString() name!: string
}
class Methods {
  @IsOptional() @IsString() run(): string {
    return 'run'
  }
}
class FunctionField {
  @Allow() run = (): string => 'run'
}

/** Rules of properties that every object has. */
function rulesOf(property: string): OddDto {
  class Inherits {
    @IsOptional() @IsString() name?: string
  }
  IsOptional()(Inherits.prototype, property)
  IsString()(Inherits.prototype, property)
  const data = JSON.parse(`{ "name": "a", "${property}": "x" }`) as object
  return { type: Inherits, data: [data, { name: 'a' }], compiled: false }
}

class GroupedInner {
  @IsInt({ groups: ['make'] }) made!: number
}
class Grouped {
  @IsString() none!: string
  @IsInt({ groups: ['make'] }) made!: number
  @IsInt({ groups: ['change'] }) changed!: number
  @IsInt({ always: true }) id!: number
  @IsOptional() @ValidateNested({ always: true }) @Type(() => GroupedInner) inner?: GroupedInner
}
/** As `Grouped`, but its instances have no field before it is set. */
class GroupedLate {}
for (const group of ['make', 'change']) IsInt({ groups: [group] })(GroupedLate.prototype, group)
IsInt({ always: true })(GroupedLate.prototype, 'id')

const late = [{ id: 1, make: 1 }, { id: 1, change: 1 }, { id: 1, make: 1, change: 1 }, { id: 1 }]

const grouped = { none: 'a', made: 1, changed: 1, id: 1, inner: { made: 1 } }

class AsyncImpostor {
  @Named('isEmail', async (value) => value === 'a') text!: string
}
class ThrowingImpostor {
  @Named('isIn', (value) => (value as string).length === 1) text!: string
}
class LateImpostor {
  @Named('isUrl', (value) => typeof value === 'string' && Promise.resolve(value === 'a'))
  text!: string
}
@ValidatorConstraint({ name: 'isHash', async: true })
class IsA {
  validate(value: unknown): boolean {
    return value === 'a'
  }
}
class DeclaredImpostor {
  @Validate(IsA) text!: string
}

@ValidatorConstraint({ name: 'isShort' })
class IsShort {
  validate(value: unknown): boolean {
    return typeof value === 'string' && value.length < 3
  }
}
@ValidatorConstraint({ name: 'isFree', async: true })
class IsFree {
  async validate(value: unknown): Promise<boolean> {
    return value !== 'taken'
  }
}
class Custom {
  @Validate(IsShort) @IsString() text!: string
}
class Later {
  @Validate(IsFree) text!: string
}
class DynamicLater {
  @IsBoolean() deep!: boolean
  @ValidateNested() @Type((options) => (options?.object.deep ? Later : Plain)) inner!: object
}
class Undeclared {
  @Named('isSecret', async (value) => value === 'a') text!: string
}
class NestsCustom {
  @ValidateNested() @Type(() => Custom) inner!: Custom
}

/** What is left to the libraries. */
const left: readonly DtoRow[] = [
  [StrayPreset, ...text],
  [BrokenRing, { link: { text: 'a', ring: { link: { text: 1 } } } }],
  [Collections, { set: [plain] }, { set: [{ name: 1 }] }],
  [Maps, { map: { a: plain } }, { map: { a: {} } }],
  [DateNested, { at: '2020-01-01' }, {}],
  [TypeOnly, { plain }, { plain: {} }],
  [NoType, {}, { inner: {} }],
  [NestsRuleless, { inner: { inner: 'a' } }],
  [Promised, { later: 'a' }],
  [Discriminated, { figure: { kind: 'pair', back: { name: 'a' } } }, { figure: plain }],
  [Dynamic, { deep: true, inner: { back: { name: 'a' } } }, { deep: false, inner: plain }],
  [Transformed, ...text],
  [Exposed, { given: 'a' }, { text: 'a' }],
  [ExposedChild, { given: 'a', age: 1 }],
  [Excluded, ...text],
  [AllExcluded, ...text],
  [NeedsArguments, ...text],
  [ReturnsAnother, ...text, plain],
  [Accessors, { text: ' a ' }],
  [ReadOnly, {}, { two: 3 }],
  [InheritsReadOnly, { name: 'a' }, { name: 'a', two: 3 }],
  [Methods, {}, { run: 'a' }],
  [FunctionField, {}, { run: 1 }],
  [AsyncImpostor, ...text],
  [LateImpostor, ...text],
  [DeclaredImpostor, ...text],
  [ThrowingImpostor, ...text],
  [Custom, ...text],
  [Later, ...text, { text: 'taken' }],
  [DynamicLater, { deep: true, inner: { text: 'taken' } }, { deep: false, inner: plain }],
  [Undeclared, ...text],
  [NestsCustom, { inner: { text: 'a' } }, { inner: { text: 'aaaa' } }],
]

export const oddDtos: readonly OddDto[] = [
  ...compiledDtos.map(([type, ...data]) => ({ type, data, compiled: true })),
  ...left.map(([type, ...data]) => ({ type, data, compiled: false })),
  ...['toString', 'hasOwnProperty', '__proto__', 'constructor', 'valueOf'].map(rulesOf),
  ...[['make'], ['change'], ['make', 'change'], ['nobody']].flatMap((groups) => [
    // What is nested has rules in one group only.
    {
      ...{ type: Grouped, data: [grouped, { id: 1 }, { id: 1, made: 1 }], groups },
      compiled: groups.includes('make'),
    },
    { type: GroupedLate, data: late, groups, compiled: true },
  ]),
]
