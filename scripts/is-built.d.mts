/** Whether dist/ was made of the sources as they are. */
export function isBuilt(): boolean;
