// How the user feels, from 1 to 5, as faces. No answer is an answer.
import type { JSX } from 'preact';
import { t, type MessageKey } from '../i18n';
import { Choices } from '../design/choices';

const mouths = ['M8 17q4-4 8 0', 'M8.5 16.5q3.5-2 7 0', 'M8.5 16h7', 'M8.5 15q3.5 2.5 7 0', 'M8 14.5q4 4.5 8 0'];

export const moods = [1, 2, 3, 4, 5] as const;

export function moodName(mood: number): string {
  return t(`mood.${Math.min(5, Math.max(1, Math.round(mood)))}` as MessageKey);
}

export function MoodFace({ mood, size = 28 }: { mood: number; size?: number }): JSX.Element {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="9.5" />
      <path d="M9 9.5v.6M15 9.5v.6" stroke-width="2" />
      <path d={mouths[mood - 1]} />
    </svg>
  );
}

interface MoodPickerProps {
  legend: string;
  value: number | undefined;
  onChange: (mood: number | undefined) => void;
}

export function MoodPicker({ legend, value, onChange }: MoodPickerProps): JSX.Element {
  return (
    <Choices
      legend={legend}
      look="icons"
      options={[
        ...moods.map((mood) => ({ value: mood, text: <MoodFace mood={mood} />, label: moodName(mood) })),
        { value: 0, text: <span aria-hidden="true">–</span>, label: t('timer.noMood'), quiet: true },
      ]}
      value={value ?? 0}
      onChange={(mood) => onChange(mood || undefined)}
    />
  );
}
