import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

export interface DialogProps {
  readonly title: string;
  readonly isWide?: boolean;
  onClose(): void;
  readonly children: ComponentChildren;
}

/**
 * A modal of the browser: it keeps the focus inside, closes with Escape, and gives the focus back to what opened it.
 * It is there while it is rendered.
 */
export function Dialog({ title, isWide = false, onClose, children }: DialogProps) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    element.current?.showModal();
    return () => {
      element.current?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      else document.querySelector<HTMLElement>("h1")?.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={isWide ? "wide" : ""} aria-labelledby={id} onClose={onClose}>
      <div class="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** What can be done in it, and the way out. */
export function DialogFoot({ onClose, children }: Pick<DialogProps, "onClose" | "children">) {
  return (
    <div class="dialog-foot">
      {children}
      <button class="button" type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
