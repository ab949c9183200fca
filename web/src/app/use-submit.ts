import { useRef, useState } from 'preact/hooks';

export interface Submission {
  busy: boolean;
  /** Why the last attempt failed. */
  error: unknown;
  submit: (event?: Event) => void;
}

/** Sends a form: once at a time, keeping what has been entered if it fails. */
export function useSubmit(send: () => Promise<void>): Submission {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const sending = useRef(false);
  const submit = async () => {
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    setError(undefined);
    try {
      await send();
    } catch (cause) {
      setError(cause);
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return {
    busy,
    error,
    submit: (event) => {
      event?.preventDefault();
      void submit();
    },
  };
}
