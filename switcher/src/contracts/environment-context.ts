/** Where a request's environment was read from. */
export type EnvironmentSource = 'url' | 'header' | 'session' | 'default';

/** Which environment a request asked for, and why. Frozen: a request has one environment from its first to its last statement. */
export interface EnvironmentContext<Name extends string = string> {
  readonly environment: Name;
  readonly source: EnvironmentSource;
  readonly metadata: EnvironmentMetadata;
  readonly resolvedAt: Date;
}

export interface EnvironmentMetadata {
  /** The request said that the session's choice is to be forgotten. */
  readonly isCleared?: true;
  /** The session chose an environment, and which one cannot be told. */
  readonly unreadable?: true;
  /** What the request wrote, cut to 64 printable characters, when it was not a known name, and so was ignored: for the log. */
  readonly invalid?: { readonly source: EnvironmentSource; readonly value: string; readonly reason: InvalidReason };
}

export type InvalidReason = 'unknown' | 'repeated' | 'conflicting' | 'too long';
