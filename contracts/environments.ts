export const ENVIRONMENT_TYPES = ['production', 'test', 'training', 'development'] as const;

/** What an environment is for. Production is only ever read. */
export type EnvironmentType = (typeof ENVIRONMENT_TYPES)[number];

export type EnvironmentStatus = 'active' | 'inactive' | 'cloning' | 'error';
