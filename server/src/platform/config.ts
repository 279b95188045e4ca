/** What the environment decides. Read here and nowhere else; everything below gets it as an argument. */
export type Config = Readonly<{
  /** `FORTHRIGHT_DEBUG`: print the stack of unexpected errors. */
  debug: boolean;
}>;

export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  return { debug: isOn(environment.FORTHRIGHT_DEBUG) };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|no|off|false)$/i.test(value);
}
