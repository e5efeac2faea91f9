import { join } from 'node:path'
import ts from 'typescript'
import { repository } from './fixture.js'

/** Modules that exist in memory only, by path from the repository's folder. */
export type Sources = Readonly<Record<string, string>>

/** Something the compiler found. */
export interface Finding {
  path: string
  /** Counted from 1. */
  line: number
  message: string
}

/** Where `tsconfig.json` finds the entries of the package. */
function entryPaths(): Record<string, string[]> {
  const { config } = ts.readConfigFile(join(repository, 'tsconfig.json'), ts.sys.readFile) as {
    config: { compilerOptions: { paths: Record<string, string[]> } }
  }
  return Object.fromEntries(
    Object.entries(config.compilerOptions.paths).map(([name, places]) => [
      name,
      places.map((place) => join(repository, place)),
    ]),
  )
}

/**
 * Makes a program of modules in memory that import `enfilade` and its subpaths from `lib/`.
 *
 * @param json `compilerOptions` as they stand in a tsconfig.json
 */
export function createProgram(sources: Sources, json: object): ts.Program {
  const { options, errors } = ts.convertCompilerOptionsFromJson(json, repository)
  if (errors.length > 0) throw new Error(errors.map(textOf).join('\n'))
  const files = new Map(
    Object.entries(sources).map(([path, text]) => [join(repository, path), text]),
  )
  const all: ts.CompilerOptions = {
    ...options,
    // A package that is installed lies outside the sources of whoever uses it.
    ...{ noEmit: true, rootDir: repository, paths: entryPaths() },
  }
  const host = ts.createCompilerHost(all)
  const { fileExists, readFile, getSourceFile } = host
  host.getCurrentDirectory = () => repository
  host.fileExists = (path) => files.has(path) || fileExists.call(host, path)
  host.readFile = (path) => files.get(path) ?? readFile.call(host, path)
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile.call(host, path, languageVersion, ...rest)
      : ts.createSourceFile(path, text, languageVersion)
  }
  return ts.createProgram([...files.keys()], all, host)
}

/** What is wrong with one module of a program. */
export function findingsOf(program: ts.Program, path: string): Finding[] {
  const file = program.getSourceFile(join(repository, path))
  if (!file) throw new Error(`${path} is not in the program`)
  const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
  return found.map((diagnostic) => ({
    path,
    line: file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1,
    message: textOf(diagnostic),
  }))
}

/** A public name of an entry of the package. */
export interface PublicName {
  name: string
  /** The text of its doc comment. */
  comment: string
}

/** What an entry exports, with its doc comments. */
export function publicNames(program: ts.Program, entry = 'lib/index.ts'): PublicName[] {
  const checker = program.getTypeChecker()
  const index = program.getSourceFile(join(repository, entry))
  const module = index && checker.getSymbolAtLocation(index)
  if (!module) throw new Error(`${entry} is not in the program`)
  return checker.getExportsOfModule(module).map((symbol) => {
    const original = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    const comment = ts.displayPartsToString(original.getDocumentationComment(checker))
    return { name: symbol.name, comment }
  })
}

function textOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, '\n')
}
