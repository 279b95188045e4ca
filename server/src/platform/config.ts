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

/** What a child process gets: not the secrets, and not settings of Node's that it must not have. */
export function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
