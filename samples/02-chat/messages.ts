import { Transform } from 'class-transformer'
import { IsBoolean, IsString, Length } from 'class-validator'

const Trim = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))

/** Who enters. */
export class Profile {
  @Trim()
  @IsString()
  @Length(1, 40, { message: 'A name has 1 to 40 characters' })
  name!: string
}

/** What a member shows of itself. */
export class Showing extends Profile {
  @IsBoolean()
  typing!: boolean
}

/** What somebody says. */
export class Say {
  @IsString()
  @Length(8, 64)
  id!: string

  @Trim()
  @IsString()
  @Length(1, 2000, { message: 'A message has 1 to 2,000 characters' })
  text!: string
}
