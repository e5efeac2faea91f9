import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
} from 'class-validator'

/** How far a board goes, in each direction. */
const FAR = 100_000

/** The colours of shapes, as hues in degrees. */
export type Hue = number

class Placed {
  @IsNumber() @Min(-FAR) @Max(FAR) x!: number
  @IsNumber() @Min(-FAR) @Max(FAR) y!: number
  @IsInt() @Min(0) @Max(360) hue!: Hue
}

/** A sheet of paper with words on it. */
export class Note extends Placed {
  @IsString() @MaxLength(2000) text!: string
}

/** A rectangle or an ellipse. */
export class Box extends Placed {
  @IsIn(['rectangle', 'ellipse']) form!: 'rectangle' | 'ellipse'
  @IsNumber() @Min(1) @Max(FAR) width!: number
  @IsNumber() @Min(1) @Max(FAR) height!: number
}

/** A line drawn by hand: `x, y, x, y, …` from where it is placed. */
export class Stroke extends Placed {
  @IsArray() @ArrayMaxSize(8000) @IsNumber({}, { each: true }) points!: number[]
}

/** What somebody shows of themselves. */
export class Visitor {
  @IsString() @Length(1, 40) name!: string
  @IsInt() @Min(0) @Max(360) hue!: Hue
  @IsOptional() @IsNumber() x?: number
  @IsOptional() @IsNumber() y?: number
}
