import { Transform } from 'class-transformer'
import { IsBoolean, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator'

/** A place on a board. */
export class Pointed {
  @IsInt()
  @Min(0)
  @Max(10_000)
  x!: number

  @IsInt()
  @Min(0)
  @Max(10_000)
  y!: number
}

/** What a member shows of itself. */
export class Showing {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @Length(1, 24)
  name!: string

  @IsInt()
  @Min(0)
  @Max(359)
  hue!: number

  @IsBoolean()
  idle!: boolean

  /** Nowhere, when the pointer is not on the board. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(10_000)
  x?: number

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(10_000)
  y?: number
}
