/** Points at one artifact of one operation; small enough for any workflow history. */
export interface ArtifactRef {
  operation: string;
  name: string;
}

/** Names a restore point of a target. */
export interface RestorePointRef {
  environment: string;
  id: string;
}
