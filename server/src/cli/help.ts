import type { Operation, OptionSpec } from './types.ts';

export function usageOf(operation: Operation): string {
  return [
    'forthright',
    operation.name,
    ...(operation.takes ?? []).map((t) => (t.optional ? `[${t.name}]` : t.name)),
  ].join(' ');
}

/** The help of the whole program. */
export function topHelp(
  operations: readonly Operation[],
  options: Readonly<Record<string, OptionSpec>>,
): string {
  const groups = [...Map.groupBy(operations, ({ group }) => group ?? 'commands')].map(([group, members]) => {
    const lines = members.map((o) => [usageOf(o).slice('forthright '.length), o.summary] as const);
    const more = group === 'commands' ? [['help [COMMAND]', 'show help, with examples'] as const] : [];
    return `${group}:\n${aligned([...lines, ...more])}`;
  });
  return `Forthright: who was exposed in a personal data breach, from access logs, with evidence.

usage: forthright COMMAND [ARGUMENTS] [OPTIONS]

${groups.join('\n\n')}

options:
${aligned([...optionLines(options), ['--version', 'show the version']])}
`;
}

/** The help of one command, with its examples. */
export function operationHelp(operation: Operation, options: Readonly<Record<string, OptionSpec>>): string {
  const takes = (operation.takes ?? []).map((t) => [t.name, t.about] as const);
  const parts = [
    `${operation.summary}\n\nusage: ${usageOf(operation)} [OPTIONS]`,
    takes.length > 0 ? `arguments:\n${aligned(takes)}` : '',
    `options:\n${aligned(optionLines(options))}`,
    (operation.examples ?? []).length > 0
      ? `examples:\n${operation.examples?.map((e) => `  ${e}`).join('\n')}`
      : '',
  ];
  return `${parts.filter((p) => p !== '').join('\n\n')}\n`;
}

function optionLines(options: Readonly<Record<string, OptionSpec>>): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { type, value, about, multiple }]) => [
    type === 'string' ? `--${name} ${value ?? 'VALUE'}${multiple === true ? ' …' : ''}` : `--${name}`,
    about,
  ]);
}

function aligned(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
