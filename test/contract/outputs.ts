import type { Action } from '@interlock/action-kit'
import ts from 'typescript'
import { nodesOf, type Source, sourcesIn } from './source.ts'

/**
 * One sentence for each output that an action's code sets without declaring it, or declares without setting it.
 * The compiler finds the first kind where types are kept; this finds it also behind a cast.
 */
export function outputProblems(root: string, specs: readonly Action[]): string[] {
  return specs.flatMap((spec) => {
    const folder = `actions/${spec.name}`
    const declared = Object.keys(spec.outputs)
    const calls = sourcesIn(root, [folder])
      .filter(({ path }) => !path.endsWith('.test.ts'))
      .flatMap(namesSetIn)
    const set = new Set([...Object.keys(spec.onFailure), ...calls])
    return [
      ...[...set]
        .filter((name) => !declared.includes(name))
        .map((name) => `${folder} sets ${name}, which is not declared.`),
      ...declared.filter((name) => !set.has(name)).map((name) => `${folder} declares ${name} and never sets it.`),
    ]
  })
}

/** Names in every `outputs.set({ ... })` of a file, spreads of object literals included. */
function namesSetIn({ tree, path }: Source): string[] {
  return [...nodesOf(tree)].flatMap((node) => {
    if (!ts.isCallExpression(node) || !/(^|\.)outputs\.set$/.test(node.expression.getText())) return []
    const argument = node.arguments[0] && bare(node.arguments[0])
    return argument && ts.isObjectLiteralExpression(argument) ? membersOf(argument) : [`something unknown in ${path}`]
  })
}

function membersOf(literal: ts.ObjectLiteralExpression): string[] {
  return literal.properties.flatMap((property) => {
    if (!ts.isSpreadAssignment(property))
      return ts.isComputedPropertyName(property.name) ? ['[computed]'] : nameOf(property.name)
    const literals = outermostLiterals(property.expression)
    return literals.length > 0 ? literals.flatMap(membersOf) : ['a spread of something unknown']
  })
}

/** `...(a && { b })` and `...(a ? { b } : { c })`: the literals that may be spread. */
function outermostLiterals(node: ts.Node): ts.ObjectLiteralExpression[] {
  if (ts.isObjectLiteralExpression(node)) return [node]
  const found: ts.ObjectLiteralExpression[] = []
  node.forEachChild((child) => void found.push(...outermostLiterals(child)))
  return found
}

/** The expression without casts and brackets around it. */
function bare(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)
    ? bare(node.expression)
    : node
}

function nameOf(name: ts.PropertyName): string[] {
  return [ts.isStringLiteral(name) || ts.isIdentifier(name) ? name.text : name.getText()]
}
