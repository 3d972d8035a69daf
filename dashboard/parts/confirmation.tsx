import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { takeFailure } from "../api/polled.ts";
import { Dialog } from "./dialog.tsx";
import { Notice } from "./notice.tsx";

export interface ConfirmationProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly action: string;
  readonly children: ComponentChildren;
  /** What is confirmed. The dialog stays, and says why, when it fails. */
  act(): Promise<void>;
  onClose(): void;
}

/** Nothing that cannot be undone happens by one press of a key: the focus begins on the way back. */
export function Confirmation({ title, action, children, act, onClose }: ConfirmationProps) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | undefined>();
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await act();
      onClose();
    } catch (error) {
      takeFailure(error);
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="stack">{children}</div>
      <div role="alert">{failure !== undefined && <Notice kind="bad">{failure}</Notice>}</div>
      <div class="dialog-foot">
        <button class="button" type="button" onClick={onClose}>
          Cancel
        </button>
        <button class="button danger" type="button" disabled={isBusy} onClick={confirm}>
          {isBusy ? "Working…" : action}
        </button>
      </div>
    </Dialog>
  );
}
