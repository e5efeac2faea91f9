import 'reflect-metadata'
import { Exclude, Expose, Transform, Type } from 'class-transformer'
import {
  Allow,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsDate,
  IsDefined,
  IsIn,
  IsInstance,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  MaxLength,
  Min,
  registerDecorator,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatePromise,
  ValidatorConstraint,
  type ValidationArguments,
} from 'class-validator'

/** A class, data that is valid or nearly so, and whether the class may be compiled. */
export interface OddDto {
  readonly type: new (...args: never[]) => object
  readonly data: readonly object[]
  readonly compiled: boolean
  readonly groups?: string[]
}

class Plain {
  @IsString() @MaxLength(5) name!: string
  @IsInt() @Min(0) count!: number
  @IsOptional() @IsString() note?: string | null
}
const plain = { name: 'a', count: 1, note: 'x' }

class Conditions {
  @IsBoolean() on!: boolean
  @ValidateIf((one: Conditions) => one.on) @IsString() why?: unknown
  @IsDefined() defined!: unknown
  @Allow() any?: unknown
  @IsNotEmpty() @IsOptional() some?: unknown
  // Asked from the last to the first, and all of them.
  @ValidateIf(({ why }: Conditions) => (why as string).length > 1)
  @ValidateIf(({ on }: Conditions) => on)
  @IsInt()
  two?: number
}

class Nested {
  @ValidateNested() @Type(() => Plain) one!: Plain
  @IsArray() @ArrayNotEmpty() @ValidateNested({ each: true }) @Type(() => Plain) many!: Plain[]
  @IsOptional() @ValidateNested() @Type(() => Plain) maybe?: Plain | null
  @ValidateIf((dto: Nested) => dto.maybe !== null) @ValidateNested() @Type(() => Plain) iffy?: Plain
  @IsInstance(Plain) @ValidateNested() @Type((_) => Plain) both!: Plain
}
const nested = { one: plain, many: [plain, plain], maybe: plain, iffy: plain, both: plain }

class Presets {
  @IsString() text = 'preset'
  @IsInt({ each: true }) ids: Set<number> | number[] = new Set([1, 2])
  @ValidateNested() @Type(() => Plain) wrong? = new Plain()
  @ValidateNested({ each: true }) @Type(() => Plain) none: Plain[] = []
  @IsOptional() @IsString() later = undefined
}

class PresetSet {
  @IsNotEmpty({ each: true }) words: unknown = new Set([''])
}

class PresetList {
  @ValidateNested() @Type(() => Plain) list = [new Plain()]
}

class StrayPreset {
  @IsString() text!: string
  stray = 1
}

class Recursive {
  @IsString() name!: string
  @IsOptional() @ValidateNested() @Type(() => Recursive) next?: Recursive
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Mutual) others?: Mutual[]
}
class Mutual {
  @ValidateNested() @IsOptional() @Type(() => Recursive) back?: Recursive
}

class BrokenRing {
  @IsOptional() @ValidateNested() @Type(() => BrokenLink) link?: object
}
class BrokenLink {
  @IsOptional() @ValidateNested() @Type(() => BrokenRing) ring?: BrokenRing
  @IsString() @Transform(({ value }) => String(value)) text!: string
}

class Conversions {
  @Type(() => Number) @IsNumber() number!: number
  @Type(() => String) @IsString() @MaxLength(6) text!: string
  @Type(() => Boolean) @IsBoolean() on!: boolean
  @Type(() => Date) @IsDate() at!: Date
  @Type(() => Number) @IsInt({ each: true }) numbers!: number[]
  @IsOptional() @Type(() => Date) @IsDate({ each: true }) dates?: Date[]
}

class Collections {
  @ValidateNested() @Type(() => Plain) set!: Set<Plain>
}
class Maps {
  @ValidateNested() @Type(() => Plain) map!: Map<string, Plain>
}
class Items<T> extends Array<T> {}
class OddLists {
  @ValidateNested() @Type(() => Plain) list!: Items<Plain>
  @ValidateNested() @Type(() => Plain) single!: Plain
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
class ToPlainOnly {
  @IsString() @Transform(() => 'never', { toPlainOnly: true }) text!: string
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

class Child extends Plain {
  @IsInt() override name = undefined as never
  @IsIn(['a', null]) override note: string | null = null
  @IsString() more!: string
}

class NeedsArguments {
  @IsString() text: string
  constructor(text: string) {
    this.text = text.trim()
  }
}
class IgnoresArguments {
  @IsOptional() @IsString() text: string
  constructor(text: string) {
    this.text = text
  }
}
let created = 0
class SometimesThrows {
  @IsString() text!: string
  constructor() {
    if (created++ > 2) throw new Error('no more of these')
  }
}
class Frozen {
  @IsOptional() @IsString() text = 'frozen'
  constructor() {
    Object.freeze(this)
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

class Hostile {
  @IsOptional() @IsString() then?: unknown
  @IsOptional() @IsString() prototype?: unknown
  @IsOptional() @IsString() length?: unknown
  @IsOptional() @IsString() 0?: unknown
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

/** A rule by the name of one of class-validator's. */
function Named(name: string, validate: (value: unknown, args: ValidationArguments) => unknown) {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      ...{ name, propertyName, target: target.constructor },
      validator: { validate: validate as () => boolean, defaultMessage: () => `not ${name}` },
    })
}
class OddImpostor {
  @IsInt() other!: number
  @Named('isString', (_, { object }) => (object as OddImpostor | undefined)?.other !== 2)
  text!: string
}
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

const text = [{ text: 'a' }, { text: 'aaaa' }, {}]

/** What may be compiled. */
const compiled: [OddDto['type'], ...object[]][] = [
  [Plain, plain, { count: 1, name: 'b', note: null }],
  [
    Conditions,
    { on: true, why: 'why', defined: 0, any: { a: [1] }, some: 1, two: 2 },
    { on: false, why: 1, defined: '', some: null },
  ],
  [Nested, nested, { ...nested, maybe: null, iffy: null }],
  [PresetSet, {}],
  [PresetList, {}, { list: [plain] }],
  [Presets, { wrong: plain }, {}, { wrong: plain, none: [plain], ids: [3] }],
  [
    Recursive,
    { name: 'a', next: { name: 'b', next: { name: 'c' } }, others: [{ back: { name: 'd' } }] },
  ],
  [
    Conversions,
    { number: '1', text: 5, on: 'x', at: '2020-01-01', numbers: ['1', 2], dates: [0] },
    { number: null, text: true, on: 0, at: 5, numbers: '7' },
  ],
  [OddLists, { list: plain, single: plain }],
  [ToPlainOnly, ...text],
  [
    Child,
    { name: 1, count: 1, note: 'a', more: 'b' },
    { name: 'a', count: 1, note: 'a', more: '' },
  ],
  [IgnoresArguments, ...text],
  [SometimesThrows, ...text],
  [Frozen, ...text],
  [OddImpostor, { other: 1, text: 'a' }, { other: 2, text: 'a' }],
  [Hostile, { then: 'a', prototype: 'b', length: 'c', 0: 'd' }, { 0: 'a', then: { then: 1 } }],
]

/** What is left to the libraries. */
const left: [OddDto['type'], ...object[]][] = [
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
  ...compiled.map(([type, ...data]) => ({ type, data, compiled: true })),
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
