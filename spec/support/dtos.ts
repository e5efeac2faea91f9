import { Exclude, Expose, Transform, Type } from 'class-transformer'
import {
  Allow,
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDefined,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  registerDecorator,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator'

/** The usual rules, each once. */
export class Fields {
  @IsString() @Length(1, 5) text!: string
  @IsOptional() @IsInt() @Min(0) @Max(10) count?: number
  @IsOptional() @IsNumber({ maxDecimalPlaces: 2 }) price?: number
  @IsOptional() @IsBoolean() on?: boolean
  @IsOptional() @IsEmail() email?: string
  @IsOptional() @IsUUID() uuid?: string
  @IsOptional() @IsIn(['a', 'b']) letter?: string
  @IsOptional() @IsEnum({ A: 'a', B: 1 }) kind?: string | number
  @IsOptional() @Matches(/^x+$/) xs?: string
  @IsOptional() @IsISO8601() at?: string
  @IsOptional() @IsObject() meta?: object
  @IsOptional() @IsArray() @ArrayUnique() @ArrayMaxSize(3) list?: unknown[]
  @IsOptional() @IsString({ each: true }) @ArrayNotEmpty() tags?: string[]
  @Allow() free?: unknown
  @ValidateIf((one: Fields) => one.on === true) @IsDefined() @IsNotEmpty() why?: unknown
}

export class Point {
  @IsInt({ message: 'x: $value is not whole' }) x!: number
  @IsInt({ context: { axis: 'y' } }) y!: number
}

/** Nested classes, lists and dates. */
export class Shape {
  @ValidateNested() @Type(() => Point) origin!: Point
  @IsOptional() @ValidateNested({ each: true }) @IsArray() @Type(() => Point) points?: Point[]
  @IsOptional() @ValidateNested() @Type(() => Shape) inner?: Shape
  @IsOptional() @Type(() => Date) created?: Date
  @IsOptional() @Type(() => Number) @IsInt() size?: number
}

class Circle {
  @IsIn(['circle']) kind!: string
  @Min(0) radius!: number
}

class Square {
  @IsIn(['square']) kind!: string
  @Min(0) side!: number
}

/** One of two classes, told apart by `kind`. */
export class Drawing {
  @ValidateNested()
  @Type(() => Object, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { value: Circle, name: 'circle' },
        { value: Square, name: 'square' },
      ],
    },
    keepDiscriminatorProperty: true,
  })
  figure!: Circle | Square
}

/** The class depends on the data. */
export class Chosen {
  @IsString() kind!: string
  @ValidateNested()
  @Type((options) => (options?.object.kind === 'circle' ? Circle : Square))
  figure!: Circle | Square
}

/** class-transformer's own decorators. */
export class Shaped {
  @IsString()
  @Transform(({ value }) => (typeof value === 'string' ? value.trim() : (value as unknown)))
  @Length(1, 3)
  text!: string
  @Expose({ name: 'given' }) @IsOptional() @IsInt() taken?: number
  @Exclude() @IsOptional() @IsString() secret?: string
  @IsOptional() @IsString() preset = 'preset'
}

export class Base {
  @IsString() name!: string
  @IsOptional() @IsString() note?: string
}

export class Derived extends Base {
  @IsInt() override name = 0 as never
  @IsInt() age!: number
  get double(): number {
    return this.age * 2
  }
}

/** Rules of groups: none, `create`, `update`, always. */
export class Grouped {
  @IsString() none!: string
  @IsInt({ groups: ['create'] }) created!: number
  @IsInt({ groups: ['update'] }) updated!: number
  @IsInt({ always: true }) id!: number
}

@ValidatorConstraint({ name: 'isEven' })
class IsEvenConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'number' && value % 2 === 0
  }
  defaultMessage(): string {
    return '$property must be even, not $value'
  }
}

@ValidatorConstraint({ name: 'isFree', async: true })
class IsFreeConstraint implements ValidatorConstraintInterface {
  async validate(value: unknown): Promise<boolean> {
    return value !== 'taken'
  }
}

/** Returns a promise without having said so. */
class IsKnownConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): Promise<boolean> {
    return Promise.resolve(value === 'known')
  }
}
ValidatorConstraint()(IsKnownConstraint)

/** Returns a promise without having said so, under the name of a rule that never does. */
class IsEmailConstraint implements ValidatorConstraintInterface {
  validate(value: unknown): Promise<boolean> {
    return Promise.resolve(value === 'a@b.example')
  }
}
ValidatorConstraint({ name: 'isEmail' })(IsEmailConstraint)

function refuses(wrong: unknown): PropertyDecorator {
  return (target, name) =>
    registerDecorator({
      name: 'refuses',
      target: target.constructor,
      propertyName: String(name),
      constraints: [wrong],
      validator: { validate: (value: unknown) => Promise.resolve(value !== wrong) },
    })
}

export class Custom {
  @Validate(IsEvenConstraint) even!: number
}

export class AsyncDeclared {
  @Validate(IsFreeConstraint) name!: string
}

export class AsyncUndeclared {
  @Validate(IsKnownConstraint) name!: string
}

export class AsyncNamedLikeARule {
  @Validate(IsEmailConstraint) email!: string
}

export class AsyncRegistered {
  @refuses('wrong') name!: string
}

export class AsyncNested {
  @ValidateNested() @Type(() => AsyncDeclared) inner!: AsyncDeclared
  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => AsyncUndeclared)
  more?: AsyncUndeclared[]
}
