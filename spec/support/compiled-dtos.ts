import 'reflect-metadata'
import { Transform, Type } from 'class-transformer'
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
  IsOptional,
  IsString,
  MaxLength,
  Min,
  registerDecorator,
  ValidateIf,
  ValidateNested,
  type ValidationArguments,
} from 'class-validator'

/** Rules, and nothing odd. */
export class Plain {
  @IsString() @MaxLength(5) name!: string
  @IsInt() @Min(0) count!: number
  @IsOptional() @IsString() note?: string | null
}
export const plain = { name: 'a', count: 1, note: 'x' }

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

class Recursive {
  @IsString() name!: string
  @IsOptional() @ValidateNested() @Type(() => Recursive) next?: Recursive
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Mutual) others?: Mutual[]
}
/** It and another class nest each other. */
export class Mutual {
  @ValidateNested() @IsOptional() @Type(() => Recursive) back?: Recursive
}

class Conversions {
  @Type(() => Number) @IsNumber() number!: number
  @Type(() => String) @IsString() @MaxLength(6) text!: string
  @Type(() => Boolean) @IsBoolean() on!: boolean
  @Type(() => Date) @IsDate() at!: Date
  @Type(() => Number) @IsInt({ each: true }) numbers!: number[]
  @IsOptional() @Type(() => Date) @IsDate({ each: true }) dates?: Date[]
}

class Items<T> extends Array<T> {}
class OddLists {
  @ValidateNested() @Type(() => Plain) list!: Items<Plain>
  @ValidateNested() @Type(() => Plain) single!: Plain
}

class ToPlainOnly {
  @IsString() @Transform(() => 'never', { toPlainOnly: true }) text!: string
}

class Child extends Plain {
  @IsInt() override name = undefined as never
  @IsIn(['a', null]) override note: string | null = null
  @IsString() more!: string
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

class Hostile {
  @IsOptional() @IsString() then?: unknown
  @IsOptional() @IsString() prototype?: unknown
  @IsOptional() @IsString() length?: unknown
  @IsOptional() @IsString() 0?: unknown
}

/** A rule by the name of one of class-validator's. */
export function Named(
  name: string,
  validate: (value: unknown, args: ValidationArguments) => unknown,
) {
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

/** For classes of one `text`. */
export const text = [{ text: 'a' }, { text: 'aaaa' }, {}]

/** A class, and data for it. */
export type DtoRow = readonly [new (...args: never[]) => object, ...object[]]

/** What may be compiled. */
export const compiledDtos: readonly DtoRow[] = [
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
