import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../api/failure.ts";
import { logIn, session } from "../api/session.ts";
import { Notice } from "../parts/notice.tsx";
import { Brand } from "./brand.tsx";
import { useStore } from "./store.ts";

export function Login() {
  const { notice } = useStore(session);
  const [failure, setFailure] = useState<Failure | undefined>();
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (token === "" || isBusy) return field.current?.focus();
    setBusy(true);
    setFailure(undefined);
    try {
      await logIn(token);
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure("refused", String(error)));
      setBusy(false);
      field.current?.select();
    }
  };

  return (
    <main class="login">
      <form class="card login-card" onSubmit={submit} aria-labelledby="login-title">
        <Brand />
        <h1 id="login-title">Log in</h1>
        <label class="field">
          <span>Admin token</span>
          <input
            ref={field}
            type="password"
            autocomplete="current-password"
            spellcheck={false}
            aria-describedby="login-help"
            aria-invalid={failure !== undefined}
          />
        </label>
        <p id="login-help" class="note">
          The gateway keeps it in the file <code>admin-token</code> of its data folder, unless{" "}
          <code>REPRISE_ADMIN_TOKEN</code> sets it. It stays in this tab, and is forgotten when the tab is closed.
        </p>
        <div role="alert">
          {failure !== undefined && <Notice kind="bad">{messageOf(failure)}</Notice>}
          {failure === undefined && notice !== undefined && <Notice kind="warn">{notice}</Notice>}
        </div>
        <button class="button primary" type="submit" disabled={isBusy}>
          {isBusy ? "Asking the gateway…" : "Log in"}
        </button>
      </form>
    </main>
  );
}

function messageOf({ kind, message }: Failure): string {
  return kind === "unreachable" ? "The gateway does not answer. Is it running?" : message;
}
