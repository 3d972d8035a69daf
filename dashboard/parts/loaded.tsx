import type { ComponentChildren } from "preact";
import type { Polled } from "../api/polled.ts";
import { Notice } from "./notice.tsx";

export interface LoadedProps<T> {
  readonly of: Pick<Polled<T>, "data" | "failure">;
  /** What it is, as in "… cannot be shown". */
  readonly what: string;
  readonly children: (data: T) => ComponentChildren;
}

/** What was asked for, or what is the matter with it. What was got once stays while it cannot be had anew. */
export function Loaded<T>({ of: { data, failure }, what, children }: LoadedProps<T>) {
  if (data !== undefined) {
    return (
      <>
        {failure !== undefined && failure.kind !== "unreachable" && (
          <Notice kind="warn">
            {what} could not be brought up to date: {failure.message}
          </Notice>
        )}
        {children(data)}
      </>
    );
  }
  if (failure === undefined) return <p class="empty">Asking the gateway…</p>;
  if (failure.kind === "unreachable") return <p class="empty">Waiting for the gateway…</p>;
  if (failure.kind === "missing")
    return <Empty title={`${what} cannot be shown`}>This gateway does not tell them.</Empty>;
  return (
    <Notice kind="bad">
      {what} cannot be shown: {failure.message}
    </Notice>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <span>{children}</span>}
    </div>
  );
}
