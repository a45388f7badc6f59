import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** A source file of the project, parsed. */
export interface Source {
  /** From the root of the repository, with slashes. */
  readonly path: string
  readonly tree: ts.SourceFile
}

/** Every TypeScript and JavaScript file below the folders of `root`. */
export function sourcesIn(root: string, folders: readonly string[]): Source[] {
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
      .filter((path) => /\.[cm]?[jt]s$/.test(path) && !/(^|\/)(node_modules|fixtures)\//.test(path)),
  )
  return paths.toSorted().map((path) => ({
    path,
    tree: ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest, true),
  }))
}

/** Every node below and with this one. */
export function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of childrenOf(node)) yield* nodesOf(child)
}

/** The names of all modules that a file imports, re-exports, imports types from, loads dynamically or requires. */
export function importsOf({ tree }: Source): string[] {
  return [...nodesOf(tree)].flatMap((node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier)
    if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : []
    if (!ts.isCallExpression(node)) return []
    const { expression } = node
    const loads =
      expression.kind === ts.SyntaxKind.ImportKeyword ||
      /^(require|process\.getBuiltinModule|import\.meta\.resolve)$/.test(expression.getText())
    return loads ? textOf(node.arguments[0]) : []
  })
}

/** Whether a file reads the environment of the process, by whatever way. */
export function touchesEnvironment(source: Source): boolean {
  if (importsOf(source).some((name) => /^(node:)?process$/.test(name))) return true
  return [...nodesOf(source.tree)].some((node) => {
    if (ts.isPropertyAccessExpression(node)) return node.name.text === 'env' && isProcess(node.expression)
    if (ts.isElementAccessExpression(node)) {
      return (
        isProcess(node.expression) &&
        (!ts.isStringLiteral(node.argumentExpression) || node.argumentExpression.text === 'env')
      )
    }
    return ts.isVariableDeclaration(node) && node.initializer !== undefined && isProcess(node.initializer)
  })
}

function isProcess(node: ts.Node): boolean {
  return /^(globalThis\.|global\.)?process$/.test(node.getText())
}

function textOf(node: ts.Node | undefined): string[] {
  return node && ts.isStringLiteralLike(node) ? [node.text] : []
}

function childrenOf(node: ts.Node): ts.Node[] {
  const children: ts.Node[] = []
  node.forEachChild((child) => void children.push(child))
  return children
}
