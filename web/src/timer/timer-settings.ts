// What the user chose the last time, and how loud bells are.
import { signal } from '@preact/signals';
import { load, save } from '../app/storage';
import { kinds } from './kinds';
import type { SitPlan } from './sit';

export interface TimerSettings extends SitPlan {
  /** 0 to 1. */
  volume: number;
  keepScreenOn: boolean;
}

const initial: TimerSettings = {
  kind: 'mindfulness',
  plannedSeconds: 1200,
  preparationSeconds: 10,
  intervalSeconds: 0,
  volume: 0.8,
  keepScreenOn: true,
};

export const shortestMinutes = 1;
export const longestMinutes = 1440;

function within(value: unknown, least: number, most: number, otherwise: number): number {
  return typeof value === 'number' && value >= least && value <= most ? value : otherwise;
}

/** Stored settings, with the initial ones for what is missing or makes no sense. */
export function parseSettings(stored: unknown): TimerSettings {
  const values = (typeof stored === 'object' && stored !== null ? stored : {}) as Partial<TimerSettings>;
  return {
    kind: kinds.find((kind) => kind === values.kind) ?? initial.kind,
    plannedSeconds: within(values.plannedSeconds, shortestMinutes * 60, longestMinutes * 60, initial.plannedSeconds),
    preparationSeconds: within(values.preparationSeconds, 0, 600, initial.preparationSeconds),
    intervalSeconds: within(values.intervalSeconds, 0, longestMinutes * 60, initial.intervalSeconds),
    volume: within(values.volume, 0, 1, initial.volume),
    keepScreenOn: values.keepScreenOn !== false,
  };
}

export const timerSettings = signal(parseSettings(load('timer')));

export function changeSettings(change: Partial<TimerSettings>): void {
  timerSettings.value = { ...timerSettings.value, ...change };
  save('timer', timerSettings.value);
}
