import type { Invalidation } from "../../src/storage/invalidation-wish.ts";

/** By what answers are taken back, how that is asked for, and how it is said before it happens. */

export interface Way {
  readonly name: keyof Invalidation;
  readonly title: string;
  /** What is typed; absent where there is nothing to type. */
  readonly field?: string;
  readonly note: string;
  readonly takesTenant: boolean;
  /** What to send, or what is wrong with what was typed. */
  read(value: string, tenant: string): Invalidation | string;
  said(wish: Invalidation): string;
}

type Word = "user" | "model" | "namespace" | "version";

export const ways: readonly Way[] = [
  listed("tags", "Tag", "Tags, with commas between them", "Whatever carries any of these tags.", true),
  {
    name: "tenant",
    title: "Tenant",
    field: "Tenant",
    note: "Everything that belongs to this tenant.",
    takesTenant: false,
    read: (value) => (value.trim() === "" ? "Name a tenant." : { tenant: value.trim() }),
    said: ({ tenant }) => `Everything of the tenant "${tenant}" is taken back.`,
  },
  worded("user", "User", "What was computed for this user."),
  worded("model", "Model", "What this model was asked for, by the name that callers give it."),
  worded("namespace", "Namespace", "What was stored in this namespace; leave it empty for the default one."),
  worded("version", "Version label", "What carries this version label; leave it empty for what carries none."),
  listed("keys", "Key", "Ids of entries, with commas between them", "As X-AI-Cache-Entry tells them.", false),
  {
    name: "all",
    title: "Everything",
    note: "Everything there is, or everything of one tenant.",
    takesTenant: true,
    read: (_value, tenant) => ({ all: true, ...of(tenant) }),
    said: ({ tenant }) =>
      tenant === undefined
        ? "Everything that is stored is taken back."
        : `Everything of the tenant "${tenant}" is taken back.`,
  },
];

/** The empty text is a name where it means the default. */
function worded(name: Word, title: string, note: string): Way {
  const mayBeEmpty = name === "namespace" || name === "version";
  return {
    name,
    title,
    field: title,
    note,
    takesTenant: true,
    read: (value, tenant) =>
      value.trim() === "" && !mayBeEmpty ? `Name a ${name}.` : { [name]: value.trim(), ...of(tenant) },
    said: (wish) => `Everything of the ${title.toLowerCase()} "${wish[name]}"${ofTenant(wish)} is taken back.`,
  };
}

function listed(name: "tags" | "keys", title: string, field: string, note: string, takesTenant: boolean): Way {
  return {
    name,
    title,
    field,
    note,
    takesTenant,
    read(value, tenant) {
      const named = value.split(",").map((one) => one.trim());
      const given = named.filter((one) => one !== "");
      return given.length === 0 ? `Name at least one ${title.toLowerCase()}.` : { [name]: given, ...of(tenant) };
    },
    said: (wish) =>
      `Everything that ${name === "tags" ? "carries any of the tags" : "is stored under"} ${(wish[name] ?? [])
        .map((one) => `"${one}"`)
        .join(", ")}${ofTenant(wish)} is taken back.`,
  };
}

function of(tenant: string): Pick<Invalidation, "tenant"> {
  return tenant === "" ? {} : { tenant };
}

function ofTenant({ tenant }: Invalidation): string {
  return tenant === undefined ? "" : ` of the tenant "${tenant}"`;
}
