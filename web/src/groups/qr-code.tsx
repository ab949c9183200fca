// A link as a QR code, to be read from this screen: dark on white in every theme, with the margin that readers need.
import type { JSX } from 'preact';
import { generate } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';
import styles from './invite.module.css';

const margin = 4;

export function QrCode({ text, label }: { text: string; label: string }): JSX.Element {
  const code = generate(text);
  const size = code.size + 2 * margin;
  return (
    <svg
      class={styles['code']}
      role="img"
      aria-label={label}
      viewBox={`${-margin} ${-margin} ${size} ${size}`}
      shape-rendering="crispEdges"
    >
      <rect class={styles['ground']} x={-margin} y={-margin} width={size} height={size} />
      <path class={styles['modules']} d={toSvgPath(code)} />
    </svg>
  );
}
