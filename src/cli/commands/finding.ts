/** One thing that `reprise doctor` looked at; without a problem, all is well. */
export interface Finding {
  readonly check: string;
  readonly detail: string;
  readonly problem?: { readonly severity: "warning" | "error"; readonly remedy: string };
}
