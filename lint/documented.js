/** What a file gives to others says what it is: every exported function has a comment of its own above it. */
const documented = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      missing:
        'Say above {{name}} what its name does not: units, order, range, errors, the source of a rule.',
    },
  },
  create: (context) => ({
    ExportNamedDeclaration: (node) => {
      const name = functionIn(node.declaration);
      if (name === undefined || hasComment(context.sourceCode, node)) return;
      context.report({ node, messageId: 'missing', data: { name } });
    },
  }),
};

function functionIn(declaration) {
  if (declaration?.type === 'FunctionDeclaration') return declaration.id.name;
  const one = declaration?.declarations?.find(
    ({ init }) => init?.type === 'ArrowFunctionExpression',
  );
  return one?.id.name;
}

function hasComment(source, node) {
  const comments = source.getCommentsBefore(node);
  return comments.some(({ type, value }) => type === 'Block' && value.startsWith('*'));
}

export default [
  {
    files: ['src/**/*.ts'],
    plugins: { comments: { rules: { documented } } },
    rules: { 'comments/documented': 'error' },
  },
];
