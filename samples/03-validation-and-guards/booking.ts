import { Type } from 'class-transformer'
import { ArrayMaxSize, IsEmail, IsIn, IsInt, IsOptional, IsString, Length } from 'class-validator'
import { Max, Min, Validate, ValidateNested, ValidatorConstraint } from 'class-validator'
import type { ValidatorConstraintInterface } from 'class-validator'

/** A rule of one's own. */
@ValidatorConstraint({ name: 'isServingTime' })
class IsServingTime implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value === 'string' && /^(1[89]|2[01]):(00|30)$/.test(value)
  }

  defaultMessage(): string {
    return '$property must be a half hour from 18:00 to 21:30'
  }
}

export class Guest {
  @IsString()
  @Length(1, 40)
  name!: string

  @IsOptional()
  @IsIn(['vegan', 'vegetarian'])
  diet?: string
}

/** What a client sends to book a table. Fields that are not named here are refused. */
export class Booking {
  @IsInt()
  @Min(1)
  @Max(6)
  table!: number

  @Validate(IsServingTime)
  at!: string

  @ValidateNested({ each: true })
  @Type(() => Guest)
  @ArrayMaxSize(8)
  guests!: Guest[]

  @IsOptional()
  @IsEmail()
  email?: string
}
