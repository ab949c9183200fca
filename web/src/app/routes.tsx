// The client's pages: one row each. web/README.md and the server know that all of these paths get index.html.
import { lazy } from 'preact-iso';
import type { ComponentType } from 'preact';
import { visit } from '../rooms/current-room';
import { currentSit } from '../timer/current-sit';
import HomePage from '../home/home-page';

export interface RouteRow {
  /** With `:name` for a parameter. */
  path: string;
  page: ComponentType;
  /** Who may open it: others are sent to sign in, or home. */
  access: 'anyone' | 'user' | 'guest';
  /** True while the page must stay, even if the login expires meanwhile. */
  stays?: () => boolean;
}

export const routes: readonly RouteRow[] = [
  { path: '/', access: 'anyone', page: HomePage },
  { path: '/sign-in', access: 'guest', page: lazy(() => import('../account/sign-in')) },
  { path: '/sign-up', access: 'guest', page: lazy(() => import('../account/sign-up')) },
  { path: '/forgot-password', access: 'anyone', page: lazy(() => import('../account/forgot-password')) },
  { path: '/reset-password', access: 'anyone', page: lazy(() => import('../account/reset-password')) },
  { path: '/verify-email', access: 'anyone', page: lazy(() => import('../account/verify-email')) },
  { path: '/account', access: 'user', page: lazy(() => import('../account/account-page')) },
  {
    path: '/sit',
    access: 'user',
    stays: () => currentSit.value !== undefined,
    page: lazy(() => import('../timer/timer-page')),
  },
  { path: '/groups', access: 'user', page: lazy(() => import('../groups/groups-page')) },
  { path: '/groups/new', access: 'user', page: lazy(() => import('../groups/new-group-page')) },
  { path: '/groups/:id', access: 'user', page: lazy(() => import('../groups/group-page')) },
  { path: '/groups/:id/edit', access: 'user', page: lazy(() => import('../groups/edit-group-page')) },
  {
    path: '/groups/:id/room',
    access: 'user',
    stays: () => visit.value !== undefined,
    page: lazy(() => import('../rooms/room-page')),
  },
  { path: '/history', access: 'user', page: lazy(() => import('../history/history-page')) },
  { path: '/moving', access: 'user', page: lazy(() => import('../moving/moving-page')) },
  ...(import.meta.env.DEV
    ? [{ path: '/design', access: 'anyone' as const, page: lazy(() => import('../design/design-page')) }]
    : []),
];
