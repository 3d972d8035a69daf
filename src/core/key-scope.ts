/** Whose data key: that of a user, or without one that of the tenant, for what belongs to nobody in particular. */
export interface KeyScope {
  readonly tenant: string;
  readonly user?: string | undefined;
}
