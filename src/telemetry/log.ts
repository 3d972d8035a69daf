/** What the gateway needs of a logger; pino's fits. Fields first, then the message. Bodies are never logged. */
export interface Log {
  /** `silent`, `error`, `warn`, `info` or `debug`; may be changed while it runs. */
  level: string;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** What is secret in this configuration is not written from now on, wherever it comes from. */
  hideSecretsOf?(config: object): void;
}
