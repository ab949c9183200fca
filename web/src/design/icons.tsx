// Icons, drawn on a grid of 24 with a stroke of 1.75. They decorate: the text beside them or the label of the control says
// what they mean, so screen readers skip them.
import type { JSX } from 'preact';

const paths = {
  home: 'M4 11.5 12 5l8 6.5M6 10v9h12v-9',
  bell: 'M6 17h12l-1.5-2.5V11a4.5 4.5 0 0 0-9 0v3.5zM10.5 20h3',
  group:
    'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6M3.5 19c.5-3 2.6-5 5.5-5s5 2 5.5 5M16 5.3a3 3 0 0 1 0 5.4M17 14.3c2 .7 3.2 2.4 3.5 4.7',
  history: 'M4 12a8 8 0 1 0 2.5-5.800M4 4v4h4M12 8v4.500l3 1.8',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20c.7-3.6 3.4-5.5 7-5.500s6.3 1.9 7 5.5',
  download: 'M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14',
  upload: 'M12 15.500V4.500M7.5 8.5 12 4l4.5 4.500M5 20h14',
  trash: 'M5 7h14M9.5 7V4.500h5V7M7 7l.8 12.500h8.400L17 7M10.5 10.500v5.500M13.5 10.500v5.5',
  device: 'M4 5h16v10.500H4zM9 19.500h6M12 15.500v4',
  phone: 'M8 3.500h8v17H8zM11 17.500h2',
  check: 'M5 12.5 10 17.5 19 7',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  minus: 'M5 12h14',
  play: 'M8 5.500v13l11-6.500z',
  pause: 'M8.5 5.500v13M15.5 5.500v13',
  stop: 'M7 7h10v10H7z',
  settings:
    'M5 7h9M18 7h1M5 17h1M10 17h9M16 9.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400M8 19.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4',
  info: 'M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M12 11v5M12 7.800v.4',
  warning: 'M12 4.5 3.5 19h17zM12 10.500v4M12 16.800v.2',
  offline:
    'M4 4l16 16M8.5 8.200A8 8 0 0 0 5 10.500M14 7.300a9 9 0 0 1 5 3.200M9.5 14.500a4 4 0 0 1 4.5-.3M12 18.500v.1',
  arrow: 'M5 12h13M13 6.5 18.5 12 13 17.5',
  back: 'M14.5 6 8.500 12l6 6',
  forward: 'M9.5 6l6 6-6 6',
  pencil: 'M5 19l.8-4L15.500 5.300l3.200 3.200L9 18.200zM13.5 7.300l3.200 3.200',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12M12 14.800a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6',
  mail: 'M4 6h16v12H4zM4.5 7l7.5 6 7.5-6',
  leaf: 'M5 19c0-9 5-14 15-14 0 10-5 14.5-12 14.5-1.5 0-2.5-.5-3-.500M5 19c2-4 5-6.5 9-8.5',
  calendar: 'M5 6h14v13H5zM5 10h14M9 4v4M15 4v4',
  share: 'M12 15V4M8 7.500 12 4l4 3.500M8 10H6v9.500h12V10h-2',
  heart: 'M12 19.500 5.200 12.600a4.300 4.300 0 0 1 6.100-6.100l.7.7.7-.7a4.300 4.300 0 0 1 6.100 6.100z',
  bow: 'M12 4c-1.200 3-4.500 6-4.500 10.500V20M12 4c1.200 3 4.500 6 4.500 10.500V20M12 4v16',
  smile: 'M12 20.500a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17M8.500 14.500q3.500 3 7 0M9 9.500v.4M15 9.500v.4',
} as const;

export type IconName = keyof typeof paths;

function isDirectional(name: IconName): boolean {
  return name === 'arrow' || name === 'back' || name === 'forward';
}

interface IconProps {
  name: IconName;
  size?: number;
  class?: string;
  /** Points the other way where text runs from right to left. */
  directional?: boolean;
}

export function Icon({ name, size = 20, class: className, directional = isDirectional(name) }: IconProps): JSX.Element {
  return (
    <svg
      class={className}
      data-directional={directional || undefined}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** The lotus. */
export function Logo({ size = 32 }: { size?: number }): JSX.Element {
  return (
    <svg width={size} height={size} viewBox="0 0 64 64" fill="none" aria-hidden="true">
      <g stroke="currentColor" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round">
        <path d="M32 50c-9-6-9-22 0-34 9 12 9 28 0 34z" />
        <path d="M32 50c-13 1-21-6-22-19 6 0 11 2 14 5" />
        <path d="M32 50c13 1 21-6 22-19-6 0-11 2-14 5" />
      </g>
    </svg>
  );
}
