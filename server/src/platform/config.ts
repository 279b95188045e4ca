import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the environment decides. Read here and nowhere else; everything below gets it as an argument. */
export type Config = Readonly<{
  /** `FORTHRIGHT_DEBUG`: print the stack of unexpected errors. */
  debug: boolean;
  /** `FORTHRIGHT_SERVER`: the server that commands ask. */
  server: string | undefined;
  /** `FORTHRIGHT_TOKEN_FILE`: a file with the API token that they ask with. */
  tokenFile: string | undefined;
  /** `FORTHRIGHT_DATABASE`: `postgres://…`, where the records are; the embedded database without it. */
  database: string | undefined;
  /** Where this person's settings are: `XDG_CONFIG_HOME`, else `~/.config`, or Windows' `APPDATA`. */
  configFolder: string;
}>;

export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const {
    FORTHRIGHT_DEBUG,
    FORTHRIGHT_DATABASE,
    FORTHRIGHT_SERVER,
    FORTHRIGHT_TOKEN_FILE,
    XDG_CONFIG_HOME,
    APPDATA,
  } = environment;
  const configHome = [XDG_CONFIG_HOME, APPDATA].find((path) => path !== undefined && path !== '');
  return {
    debug: isOn(FORTHRIGHT_DEBUG),
    server: FORTHRIGHT_SERVER || undefined,
    tokenFile: FORTHRIGHT_TOKEN_FILE || undefined,
    database: FORTHRIGHT_DATABASE || undefined,
    configFolder: join(configHome ?? join(homedir(), '.config'), 'forthright'),
  };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|no|off|false)$/i.test(value);
}

/** What a child process gets: not the secrets, and not settings of Node's that it must not have. */
export function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'SystemRoot', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
